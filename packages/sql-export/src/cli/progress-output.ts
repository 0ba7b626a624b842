// Progress on stderr: a bar on a terminal, plain lines or JSON elsewhere.
import type { ExportProgress, ExportSnapshot } from '../port/ports.ts'
import type { ProgressMode } from './arguments.ts'

export interface ProgressOutput extends ExportProgress {
  /** Leaves the terminal clean. */
  stop(): void
}

export interface OutputStream {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

const LINE_INTERVAL_MS = 5000

/** Chooses how to show progress. Loads the bar only where it is used. */
export async function openProgress(mode: ProgressMode, json: boolean, stream: NodeJS.WriteStream): Promise<ProgressOutput> {
  if (mode === 'off') return { report: () => {}, stop: () => {} }
  if (json) return { report: (snapshot) => void stream.write(`${JSON.stringify({ progress: snapshot })}\n`), stop: () => {} }
  if (mode === 'bar' || (mode === 'auto' && stream.isTTY)) return openBar(stream)
  return plainLines(stream)
}

/** One line at each new phase or table, and every 5 s. */
export function plainLines(stream: OutputStream): ProgressOutput {
  let lastKey = ''
  let lastAtMs = 0
  return {
    report: (snapshot) => {
      const key = `${snapshot.phase} ${snapshot.table ?? ''}`
      if (key === lastKey && snapshot.elapsedMs - lastAtMs < LINE_INTERVAL_MS) return
      lastKey = key
      lastAtMs = snapshot.elapsedMs
      stream.write(`${progressLine(snapshot)}\n`)
    },
    stop: () => {},
  }
}

/** `load orders: 120 of 400 rows, 1.2 s, 100 rows/s, 3 s left`. */
export function progressLine({
  phase,
  table,
  rowsDone,
  rowsTotal,
  elapsedMs,
  rowsPerSecond,
  estimatedMs,
}: ExportSnapshot): string {
  const rows = rowsTotal === null ? `${rowsDone} rows` : `${rowsDone} of ${rowsTotal} rows`
  const rate = rowsPerSecond > 0 && phase !== 'done' ? `, ${Math.round(rowsPerSecond)} rows/s` : ''
  return `${phase}${table === null ? '' : ` ${table}`}: ${rows}, ${(elapsedMs / 1000).toFixed(1)} s${rate}${timeLeft(phase, estimatedMs)}`
}

function timeLeft(phase: ExportSnapshot['phase'], estimatedMs: number | null): string {
  if (estimatedMs === null || phase === 'done') return ''
  const seconds = Math.ceil(estimatedMs / 1000)
  return seconds < 120 ? `, ${seconds} s left` : `, ${Math.ceil(seconds / 60)} min left`
}

async function openBar(stream: NodeJS.WriteStream): Promise<ProgressOutput> {
  const { default: progress } = await import('cli-progress')
  const bar = new progress.SingleBar({
    stream,
    format: '{phase} |{bar}| {value} of {total} rows{speed} {table}',
    hideCursor: true,
    clearOnComplete: true,
  })
  let isStarted = false
  return {
    report: ({ phase, table, rowsDone, rowsTotal, rowsPerSecond, estimatedMs }) => {
      const total = Math.max(rowsTotal ?? rowsDone, rowsDone, 1)
      const speed = rowsPerSecond > 0 ? `, ${Math.round(rowsPerSecond)} rows/s${timeLeft(phase, estimatedMs)}` : ''
      const payload = { phase, table: table ?? '', speed }
      if (!isStarted) bar.start(total, rowsDone, payload)
      isStarted = true
      bar.setTotal(total)
      bar.update(rowsDone, payload)
    },
    stop: () => bar.stop(),
  }
}
