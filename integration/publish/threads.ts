// An installed package's threads: a sandbox and a pool with `mode: 'worker'`, from an ES module and from CommonJS.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outputLines, runCommand } from '../../tooling/check/command.ts'
import type { NodeUnderTest } from './consumer.ts'
import type { Tally } from './tally.ts'

const body = `
async function main() {
  const loop = new EventLoop({ autoExit: true })
  const letGo = loop.holdOpen()
  const running = loop.run()
  const sandbox = await Sandbox.create({ mode: 'worker', loop, limits: { operationMs: 30000, hardMs: 60000 } })
  sandbox.expose('add', async (a, b) => a + b)
  const one = await sandbox.run('add(40, 2)')
  await sandbox[Symbol.asyncDispose]()
  const pool = await SandboxPool.create({ mode: 'worker', loop, size: 1, prelude: 'const main = (n) => n * 2', limits: { operationMs: 30000, hardMs: 60000 } })
  const two = await pool.use((leased) => leased.call('main', [21]))
  await pool[Symbol.asyncDispose]()
  letGo()
  await running
  console.log(one + ' ' + two)
}
void main()
`
const names = { sandbox: '{ Sandbox, SandboxPool }', loop: '{ EventLoop }' }
const PROGRAMS = {
  'threads.mjs': `import ${names.sandbox} from '@loopwright/js-adapter'\nimport ${names.loop} from '@loopwright/eventloop'\n${body}`,
  'threads.cjs': `const ${names.sandbox} = require('@loopwright/js-adapter')\nconst ${names.loop} = require('@loopwright/eventloop')\n${body}`,
} as const

/** Node gives `Symbol.asyncDispose` in every line that is tested. */
export async function runThreads(folder: string, node: NodeUnderTest, tally: Tally): Promise<void> {
  for (const [file, source] of Object.entries(PROGRAMS)) {
    await writeFile(join(folder, file), source)
    const result = await runCommand(node.path, [file], { cwd: folder, timeoutMs: 120_000 })
    const sound = result.code === 0 && result.stdout === '42 42\n'
    tally.record(`js-adapter: ${file} on Node ${node.line}`, sound ? undefined : outputLines(result).slice(-20).join('\n'))
  }
}
