// One program in a guest of its own, in virtual time: what it printed, in a form that can be compared, and how it ended.
import { comparable } from '../differential/comparable.ts'
import { openSandbox } from './open.ts'

export interface ProgramResult {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | undefined
}

export async function runProgram(variant: 'ng' | 'bellard', name: string, source: string): Promise<ProgramResult> {
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
  sandbox.run(source, { name, module: name.endsWith('.mjs') }).catch(() => {})
  await loop.run()
  sandbox.close()
  const { exitCode } = await sandbox.exited
  return { stdout: comparable(stdout), stderr: comparable(stderr), exitCode }
}
