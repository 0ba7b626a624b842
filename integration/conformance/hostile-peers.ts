// The hostile programs of the language on the adapter and on other sandboxes, in processes that may hang or die of them: one table.
import { cpus } from 'node:os'
import { LEFT_OUT, PROGRAMS } from './peers/programs.ts'
import { AbsentError, KILL_MS, LATE_MS, Trials, VERDICTS } from './peers/run.ts'
import type { Trial } from './peers/run.ts'
import { DEADLINE_MS, MEMORY_BYTES } from './peers/subject.ts'
import { isSubjectName, SUBJECTS } from './peers/subjects.ts'
import type { ConformanceResult, ConformanceSuite } from './suite.ts'

const FAILURES_SHOWN = 20
/** Each so many programs, from `LOOPWRIGHT_PEERS_EVERY`: a sample of all classes. */
const EVERY = Number(process.env['LOOPWRIGHT_PEERS_EVERY'] ?? 1)

/** Subjects whose names begin with one of `LOOPWRIGHT_PEERS` (separated by commas), for looking at a few. */
const PREFIXES = process.env['LOOPWRIGHT_PEERS']?.split(',') ?? ['']

interface Column {
  readonly subject: string
  versions: string
  absent: string | undefined
  readonly trials: { readonly class: string; readonly source: string; readonly trial: Trial }[]
}

async function columnOf(subject: string): Promise<Column> {
  const column: Column = { subject, versions: '', absent: undefined, trials: [] }
  await using trials = new Trials(subject)
  try {
    for (const [index, { class: name, source, holds }] of PROGRAMS.entries())
      if (index % EVERY === 0) column.trials.push({ class: name, source, trial: await trials.try({ source, holds }) })
  } catch (error) {
    if (!(error instanceof AbsentError)) throw error
    column.absent = error.message
  }
  column.versions = trials.versions
  process.stderr.write(`hostile-peers: ${subject}: ${column.absent ?? `${column.trials.length} programs`}\n`)
  return column
}

function summaryRow({ subject, versions, absent, trials }: Column): string {
  if (absent !== undefined) return `| ${subject} | not run: ${absent} |${' |'.repeat(VERDICTS.length)} |`
  const counts = VERDICTS.map((verdict) => trials.filter(({ trial }) => trial.verdict === verdict).length)
  const times = trials.flatMap(({ trial }) => trial.elapsedMs ?? [])
  return `| ${subject} | ${versions} | ${counts.join(' | ')} | ${Math.max(0, ...times).toFixed(0)} |`
}

/** A class's row names what did not end well; an empty cell means that all programs of it did. */
function classRows(columns: readonly Column[]): readonly string[] {
  const classes = new Map<string, number>()
  for (const { class: name } of columns.find(({ absent }) => absent === undefined)?.trials ?? [])
    classes.set(name, (classes.get(name) ?? 0) + 1)
  return [...classes].map(([name, count]) => {
    const cells = columns.map(({ trials }) => {
      const verdicts = trials.filter((one) => one.class === name).map(({ trial }) => trial.verdict)
      return VERDICTS.slice(1)
        .map((verdict) => [verdict, verdicts.filter((one) => one === verdict).length] as const)
        .flatMap(([verdict, times]) => (times === 0 ? [] : [`${times} ${verdict}`]))
        .join(', ')
    })
    return `| ${name} | ${count} | ${cells.join(' | ')} |`
  })
}

async function compare(): Promise<ConformanceResult> {
  const columns: Column[] = []
  for (const subject of Object.keys(SUBJECTS))
    if (isSubjectName(subject) && PREFIXES.some((prefix) => subject.startsWith(prefix))) columns.push(await columnOf(subject))
  // The others are reported; what is judged is ours.
  const ours = columns.filter(({ subject }) => subject.startsWith('js-adapter'))
  const wrong = ours.flatMap(({ subject, trials }) =>
    trials
      .filter(({ trial }) => trial.verdict !== 'ended')
      .map(
        ({ source, trial }) =>
          `${subject}: ${source}: ${trial.verdict} ${trial.elapsedMs?.toFixed(0) ?? ''} ${trial.detail ?? ''}`,
      ),
  )
  const missing = ours.flatMap(({ subject, absent }) => (absent === undefined ? [] : [`${subject}: not run: ${absent}`]))
  const tried = ours.reduce((sum, { trials }) => sum + trials.length, 0)
  return {
    passed: tried - wrong.length,
    failed: wrong.length + missing.length,
    skipped: LEFT_OUT,
    failures: [...missing, ...wrong].slice(0, FAILURES_SHOWN),
    table: [
      `${PROGRAMS.length} programs of the language; ${LEFT_OUT} of the suite need the profile or host functions. Deadline ${DEADLINE_MS} ms, late from ${DEADLINE_MS + LATE_MS}, killed after ${KILL_MS} ms of processor time, ${MEMORY_BYTES / 1024 / 1024} MiB; Node ${process.versions.node}, ${cpus().length} cores`,
      `| sandbox | versions | ${VERDICTS.join(' | ')} | longest ms |`,
      `| --- | --- |${' --- |'.repeat(VERDICTS.length + 1)}`,
      ...columns.map(summaryRow),
      '',
      `| class | programs | ${columns.map(({ subject }) => subject).join(' | ')} |`,
      `| --- | --- |${' --- |'.repeat(columns.length)}`,
      ...classRows(columns),
    ],
  }
}

export const suite: ConformanceSuite = {
  name: 'hostile-peers',
  peers: true,
  run: async ({ peers }) => (peers ? compare() : { notRun: 'it needs --peers' }),
}
