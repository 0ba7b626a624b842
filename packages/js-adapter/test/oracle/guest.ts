// Runs a fixture in a guest, in virtual time.
import { runProgram } from '../support/program.ts'
import { programOf } from './fixture.ts'
import type { Printed, Theme } from './fixture.ts'

export async function runInGuest(variant: 'ng' | 'bellard', theme: Theme): Promise<Printed> {
  const { exitCode, ...printed } = await runProgram(variant, `${theme}.cjs`, programOf(theme))
  return { ...printed, exitCode: exitCode ?? null }
}
