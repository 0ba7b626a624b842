// From a write into a pipe to the callback of whoever watches its other end: uv_poll through koffi, against net.Socket.
import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventLoop, isLoopError } from '@loopwright/eventloop'
import { defineWorkload } from '../harness/workload.ts'

const ROUNDS = 3000
const WARM_UPS = 500

/** Opens `count` named pipes, for reading and writing, so that none is ever at its end. */
function openPipes(count: number): { readonly pipes: readonly number[]; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-pipes-'))
  const names = Array.from({ length: count }, (_unused, index) => join(folder, `pipe-${index}`))
  execFileSync('mkfifo', names)
  const pipes = names.map((name) => openSync(name, constants.O_RDWR | constants.O_NONBLOCK))
  return {
    pipes,
    close() {
      for (const fd of pipes) closeSync(fd)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Writes a byte into one pipe after another, each after the callback for the one before. */
function pulse(pipes: readonly number[]): { start(): void; told(fd: number): void; readonly done: Promise<number> } {
  const latencies: number[] = []
  let startedAt = 0n
  let round = 0
  let finish: (median: number) => void = () => {}
  const done = new Promise<number>((resolve) => {
    finish = resolve
  })
  const fire = (): void => {
    startedAt = process.hrtime.bigint()
    writeSync(pipes[round % pipes.length] as number, 'x')
  }
  return {
    done,
    start: fire,
    told(fd) {
      latencies.push(Number(process.hrtime.bigint() - startedAt) / 1000)
      if (fd !== pipes[round % pipes.length]) throw new RangeError(`pipe ${fd} was told, not ${pipes[round % pipes.length]}`)
      if (++round < WARM_UPS + ROUNDS) setTimeout(fire, 0)
      else finish(latencies.slice(WARM_UPS).toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN)
    },
  }
}

async function byLoop(count: number): Promise<number> {
  const { pipes, close } = openPipes(count)
  const loop = new EventLoop()
  const run = loop.run()
  const { start, told, done } = pulse(pipes)
  const byte = Buffer.alloc(1)
  for (const fd of pipes) {
    await loop.registerFd(fd, { read: true }, () => {
      told(fd)
      readSync(fd, byte)
    })
  }
  start()
  const median = await done
  await loop.close()
  await run
  close()
  return median
}

async function bySocket(count: number): Promise<number> {
  const { pipes } = openPipes(count)
  const { start, told, done } = pulse(pipes)
  for (const fd of pipes) new Socket({ fd, readable: true, writable: false }).on('data', () => told(fd))
  start()
  return await done
}

async function notRun(): Promise<string | undefined> {
  const { pipes, close } = openPipes(1)
  const loop = new EventLoop()
  try {
    await loop.registerFd(pipes[0] as number, { read: true }, () => {})
    return undefined
  } catch (error) {
    if (isLoopError(error, 'ERR_READINESS_UNSUPPORTED')) return error.message
    throw error
  } finally {
    await loop.close()
    close()
  }
}

export const workload = defineWorkload({
  unit: 'us',
  subjects: {
    'loop-1': () => byLoop(1),
    'loop-200': () => byLoop(200),
    'socket-1': () => bySocket(1),
    'socket-200': () => bySocket(200),
  },
  figures: [
    { subject: 'loop-1', peer: 'socket-1', ratio: 'cost', target: '<= 1.5' },
    { subject: 'loop-200', peer: 'socket-200', ratio: 'cost', target: '<= 1.5' },
  ],
  notRun: () => (process.platform === 'win32' ? 'there are no named pipes to watch' : notRun()),
})
