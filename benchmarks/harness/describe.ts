// What a workload is in the process that measures it: which subjects run there, which figures follow, and why others do not.
import type { Workload } from './workload.ts'
import { subjectsOf } from './workload.ts'

/** A workload as its own process described it: the runner itself never imports measured code. */
export interface Description extends Pick<Workload, 'figures' | 'unit'> {
  /** Those that can run here. */
  readonly subjects: readonly string[]
  readonly execArgv: readonly string[]
  /** Why nothing of it runs. */
  readonly notRun: string | undefined
  /** Why a subject does not run, by its name. */
  readonly subjectsNotRun: Readonly<Record<string, string>>
}

export async function describeWorkload(workload: Workload): Promise<Description> {
  const { subjects, figures, unit, execArgv = [] } = workload
  const subjectsNotRun: Record<string, string> = {}
  for (const [name, notRun] of Object.entries(workload.subjectsNotRun ?? {})) {
    const reason = await notRun()
    if (reason !== undefined) subjectsNotRun[name] = reason
  }
  const runs = (name: string): boolean => !Object.hasOwn(subjectsNotRun, name)
  return {
    subjects: Object.keys(subjects).filter(runs),
    figures: figures.filter((figure) => subjectsOf(figure).every(runs)),
    unit,
    execArgv,
    notRun: await workload.notRun?.(),
    subjectsNotRun,
  }
}
