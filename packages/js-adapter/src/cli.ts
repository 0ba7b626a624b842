#!/usr/bin/env node
// The command: reads its words, runs the program, and ends the process with its code.
import { homedir } from 'node:os'
import { join } from 'node:path'
import { HELP, parseArguments } from './cli/arguments.ts'
import { converse } from './cli/repl.ts'
import type { Terminal } from './cli/repl.ts'
import { EXIT_CODES, runProgram } from './cli/run.ts'
import type { Streams } from './cli/run.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import type { WorkerSandbox } from './worker/worker-sandbox.ts'

const streams: Streams = {
  stdout: (text) => {
    process.stdout.write(text)
  },
  stderr: (text) => {
    process.stderr.write(text)
  },
}

function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit(0)
    })
  }
}

/** Milliseconds that a guest in a thread has to come back and run its `exit` listeners. */
const LAST_WORDS_MS = 1000
let interrupted = false

function endOnInterrupt(sandbox: Sandbox | WorkerSandbox): void {
  process.on('SIGINT', () => {
    if (interrupted) process.exit(EXIT_CODES.interrupted)
    interrupted = true
    // Inline, the signal itself has broken into what ran.
    if ('threadLost' in sandbox) {
      if (sandbox.state === 'running') sandbox.interrupt('SIGINT')
      setTimeout(() => sandbox.close(), LAST_WORDS_MS).unref()
    }
    void sandbox.exit(EXIT_CODES.interrupted)
  })
}

function terminal(): Terminal {
  const { JS_ADAPTER_HISTORY: named } = process.env
  return {
    input: process.stdin,
    output: process.stdout,
    interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    historyFile: named === '' ? undefined : (named ?? join(homedir(), '.js_adapter_history')),
  }
}

async function readVersion(): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  return String(Reflect.get(Object(manifest), 'version'))
}

async function main(words: readonly string[]): Promise<number> {
  endQuietlyOnClosedPipe()
  const parsed = parseArguments(words)
  switch (parsed.kind) {
    case 'help':
      streams.stdout(HELP)
      return 0
    case 'version':
      streams.stdout(`${await readVersion()}\n`)
      return 0
    case 'wrong':
      streams.stderr(`js-adapter: ${parsed.message}\n`)
      return EXIT_CODES.usage
    case 'run':
      return runProgram(parsed.run, streams, endOnInterrupt)
    case 'repl':
      return converse(parsed.repl, streams, terminal())
    default:
      return parsed satisfies never
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = interrupted ? EXIT_CODES.interrupted : code
    process.removeAllListeners('SIGINT')
  },
  (error: unknown) => {
    streams.stderr(`js-adapter: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = EXIT_CODES.failed
  },
)
