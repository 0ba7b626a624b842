// Whether the pnpm that releases reads what the release workflow asks of it: a variable that it does not know publishes without provenance, in silence.
import { mkdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outputLines, runCommand } from '../../tooling/check/command.ts'

/** Nobody listens there: were the variable not read, nothing would be published either. */
const NOWHERE = 'http://127.0.0.1:9/'

/** Where no service signs, pnpm refuses to publish when it is asked for provenance. `folder` is made, and deleted by the caller. */
export async function judgeProvenance(repository: string, folder: string): Promise<string | undefined> {
  const workflow = await readFile(join(repository, '.github/workflows/release.yml'), 'utf8')
  const name = /^ +(\w+_PROVENANCE): "true"$/m.exec(workflow)?.[1]
  if (name === undefined) return 'release.yml sets no variable for provenance'
  mkdirSync(folder, { recursive: true })
  await writeFile(join(folder, '.npmrc'), `registry=${NOWHERE}\n`)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'provenance-trial', version: '0.0.1' }))
  const env = { [name]: 'true', GITHUB_ACTIONS: '', GITLAB_CI: '', ACTIONS_ID_TOKEN_REQUEST_URL: '' }
  const result = await runCommand('pnpm', ['publish', '--no-git-checks'], { cwd: folder, env, timeoutMs: 60_000 })
  const said = outputLines(result)
  return said.some((line) => line.includes('PROVENANCE'))
    ? undefined
    : `pnpm does not read ${name}:\n${said.slice(-5).join('\n')}`
}
