// Runs one program on a loop of its own, and says how it ended.
import { EventLoop, VirtualHost } from '@loopwright/eventloop'
import { Engine } from '../engine/engine.ts'
import { InterruptedError, JsAdapterError, LimitError, StackOverflowError } from '../errors.ts'
import { INLINE_STACK_BYTES } from '../limits.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import type { ExitInfo } from '../sandbox/usage.ts'
import { stackSizeMbFor } from '../worker/thread-limits.ts'
import type { WorkerSandbox } from '../worker/worker-sandbox.ts'
import type { RunArguments } from './arguments.ts'
import { describe } from './describe.ts'
import { MissingBackend, openDiagnostics } from './diagnostics.ts'
import { limitsOf } from './limits.ts'
import { directoryModules } from './modules.ts'

export interface Streams {
  stdout(text: string): void
  stderr(text: string): void
}

export const EXIT_CODES = { failed: 1, usage: 2, limit: 3, interrupted: 130 } as const

async function readSource(file: string): Promise<string> {
  const { readFile } = process.getBuiltinModule('node:fs/promises')
  if (file !== '-') return readFile(file, 'utf8')
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code: unknown = Reflect.get(error, 'code')
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EISDIR') return 'it is a directory'
  if (code === 'EACCES') return 'it may not be read'
  return error.message
}

interface Report {
  readonly reason: string
  readonly code: string | null
  readonly exitCode: number
  readonly limit: string | null
  readonly elapsedMs: number
  readonly cpuMs: number
  readonly memoryPeakBytes: number
  readonly jobs: number
  readonly hostCalls: number
  readonly discarded: number
}

function exitCodeOf(exit: ExitInfo, limited: LimitError | undefined): number {
  if (exit.error instanceof InterruptedError) return EXIT_CODES.interrupted
  if (exit.reason === 'limit' || (limited !== undefined && (exit.exitCode ?? 0) === 0)) return EXIT_CODES.limit
  if (exit.error instanceof StackOverflowError) return EXIT_CODES.limit
  return exit.exitCode ?? EXIT_CODES.failed
}

/** @returns the process's exit code. Everything is written through `streams`. */
export async function runProgram(
  args: RunArguments,
  streams: Streams,
  onSandbox: (sandbox: Sandbox | WorkerSandbox) => void = () => {},
): Promise<number> {
  const startedAtMs = performance.now()
  const name = args.file === '-' ? 'stdin.js' : args.file
  let source: string
  try {
    source = await readSource(args.file)
  } catch (error) {
    streams.stderr(`js-adapter: cannot read ${args.file}: ${reasonOf(error)}\n`)
    return EXIT_CODES.usage
  }
  let logger: Awaited<ReturnType<typeof openDiagnostics>>
  try {
    logger = await openDiagnostics(args.log)
  } catch (error) {
    if (!(error instanceof MissingBackend)) throw error
    streams.stderr(`js-adapter: --log ${args.log}: ${error.message}\n`)
    return EXIT_CODES.usage
  }
  const threaded = args.stackBytes > INLINE_STACK_BYTES
  // A thread has virtual time of its own.
  const host = args.virtualTime && !threaded ? new VirtualHost() : undefined
  const loop = new EventLoop({
    autoExit: true,
    host,
    slowCallback: { thresholdMs: Number.POSITIVE_INFINITY },
    ...(logger === undefined ? {} : { logger }),
  })
  let limited: LimitError | undefined
  const options = {
    loop,
    lifecycle: 'program',
    exposeGc: args.exposeGc,
    id: String(process.pid),
    clock: args.virtualTime ? 'loop' : 'monotonic',
    argv: ['js-adapter', args.file],
    // Who runs the command wrote the program, or reads its errors on standard error anyway.
    ...(logger === undefined ? {} : { logger, logGuestText: true }),
    console: { write: (stream: 'stdout' | 'stderr', text: string) => streams[stream](text) },
    ...(args.module && args.file !== '-' ? { modules: directoryModules(args.file) } : {}),
    limits: limitsOf(args),
    onError: (error: JsAdapterError) => {
      if (error instanceof LimitError) limited ??= error
      if (!(error instanceof InterruptedError)) streams.stderr(describe(error, name))
    },
  } as const
  const sandbox = threaded
    ? await Sandbox.create({
        ...options,
        mode: 'worker',
        variant: args.engine,
        resourceLimits: { stackSizeMb: stackSizeMbFor(args.stackBytes) },
      })
    : await Sandbox.create({ ...options, engine: await Engine.load({ variant: args.engine, breakOnSigint: true }) })
  if (threaded) void sandbox.exited.then(loop.holdOpen())
  onSandbox(sandbox)
  const failed = sandbox.run(source, { name, module: args.module }).then(
    () => undefined,
    (error: unknown) => error,
  )
  const running = loop.run()
  if (host !== undefined) {
    let over = false
    void running.then(() => {
      over = true
    })
    while (!over) await host.runAll()
  }
  await running
  const failure = await failed
  sandbox.close()
  const exit = await sandbox.exited
  if (failure instanceof LimitError && limited === undefined) {
    limited = failure
    streams.stderr(describe(failure, name))
  }
  const exitCode = exitCodeOf(exit, limited)
  if (args.report === 'json')
    streams.stderr(`${JSON.stringify(reportOf(exit, limited, exitCode, performance.now() - startedAtMs))}\n`)
  return exitCode
}

function reportOf(exit: ExitInfo, limited: LimitError | undefined, exitCode: number, elapsedMs: number): Report {
  const { usage } = exit
  const error = limited ?? exit.error
  return {
    reason: limited === undefined ? exit.reason : 'limit',
    code: error instanceof JsAdapterError ? error.code : null,
    exitCode,
    limit: error instanceof LimitError ? error.limit : error instanceof StackOverflowError ? 'stackBytes' : null,
    elapsedMs: Math.round(elapsedMs * 1000) / 1000,
    cpuMs: Math.round(usage.cpuMs * 1000) / 1000,
    memoryPeakBytes: usage.memoryBytes,
    jobs: usage.jobs,
    hostCalls: usage.hostCalls.admitted,
    discarded: usage.discardedJobs + usage.discardedTicks,
  }
}
