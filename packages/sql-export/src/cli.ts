#!/usr/bin/env node
// The command `sql-export`: signals, exit codes, and errors as lines for people.
import { createRequire } from 'node:module'
import { HELP, parseArguments } from './cli/arguments.ts'
import { runCommand } from './cli/commands.ts'
import { openProgress } from './cli/progress-output.ts'
import { printable } from './structure/plan-text.ts'
import type { ExportErrorCode } from './vocabulary/errors.ts'
import { isExportError } from './vocabulary/errors.ts'

const USAGE_CODES: readonly ExportErrorCode[] = ['ERR_EXPORT_CONFIG', 'ERR_EXPORT_DRIVER']

function exitCodeOf(code: ExportErrorCode): number {
  if (USAGE_CODES.includes(code) || code.startsWith('ERR_TEMPLATE_')) return 2
  return code === 'ERR_EXPORT_LIMIT' ? 3 : 1
}

function tell(error: unknown, json: boolean): number {
  if (!isExportError(error)) {
    const name = error instanceof Error ? error.name : typeof error
    process.stderr.write(json ? `${JSON.stringify({ error: { name } })}\n` : `sql-export: an unexpected ${name}\n`)
    return 1
  }
  const { code, message, remedy } = error
  if (json) process.stderr.write(`${JSON.stringify({ error: { code, message, remedy } })}\n`)
  else process.stderr.write(`sql-export: ${printable(message)} [${code}]\n${remedy === '' ? '' : `  ${printable(remedy)}\n`}`)
  return exitCodeOf(code)
}

async function main(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json')
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  process.on('SIGINT', onSignal)
  try {
    const args = parseArguments(argv)
    if (args === 'help') {
      process.stdout.write(HELP)
      return 0
    }
    if (args === 'version') {
      const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string }
      process.stdout.write(`${version}\n`)
      return 0
    }
    const progress = await openProgress(
      args.command === 'run' || args.command === 'resume' ? args.progress : 'off',
      args.json,
      process.stderr,
    )
    try {
      return await runCommand(args, { signal: controller.signal, progress, write: (text) => void process.stdout.write(text) })
    } finally {
      progress.stop()
    }
  } catch (error) {
    if (controller.signal.aborted && error === controller.signal.reason) {
      process.stderr.write('sql-export: interrupted; a run that had committed rows can be resumed\n')
      return 130
    }
    return tell(error, json)
  } finally {
    process.off('SIGINT', onSignal)
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code
  // Node 20 can wait for ever while it takes down an isolate whose WebAssembly was still being compiled: end without that, once all is written
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
})
