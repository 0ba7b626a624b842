// Runs a fixture in a guest, in virtual time.
import { comparable } from '../differential/comparable.ts'
import { openSandbox } from '../support/open.ts'
import { programOf } from './fixture.ts'
import type { Printed, Theme } from './fixture.ts'

export async function runInGuest(variant: 'ng' | 'bellard', theme: Theme): Promise<Printed> {
  let stdout = ''
  let stderr = ''
  const { sandbox, loop } = await openSandbox({
    variant,
    lifecycle: 'program',
    console: {
      write: (stream, text) => {
        if (stream === 'stdout') stdout += text
        else stderr += text
      },
    },
  })
  // How the program ends is its exit code.
  sandbox.run(programOf(theme), { name: `${theme}.cjs` }).catch(() => {})
  await loop.run()
  sandbox.close()
  const { exitCode } = await sandbox.exited
  return { stdout: comparable(stdout), stderr: comparable(stderr), exitCode: exitCode ?? null }
}
