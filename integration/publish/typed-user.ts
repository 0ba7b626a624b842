// A user who writes TypeScript: every entry is imported by a `.ts` and a `.cts` file, and the package's program under `users/`
// is compiled, wrong uses included, under both compilers and both resolutions.
import { existsSync } from 'node:fs'
import { copyFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { outputLines, runCommand } from '../../tooling/check/command.ts'
import type { Tally } from './tally.ts'

const require = createRequire(import.meta.url)

interface Compiler {
  readonly name: string
  readonly main: string
}

function compilers(repository: string): readonly Compiler[] {
  const old = dirname(require.resolve('typescript59/package.json'))
  return [
    { name: 'TypeScript 5.9', main: join(old, 'bin/tsc') },
    { name: 'TypeScript 7', main: join(repository, 'node_modules/typescript/bin/tsc') },
  ]
}

const resolutions = [
  { name: 'nodenext', options: { module: 'nodenext', moduleResolution: 'nodenext' } },
  { name: 'bundler', options: { module: 'preserve', moduleResolution: 'bundler' } },
] as const

/** `short` names the package's program; `names` are the run-time names of each entry; declarations of our packages are checked, those of others are not. */
export async function compileUsers(
  folder: string,
  short: string,
  repository: string,
  names: ReadonlyMap<string, readonly string[]>,
  tally: Tally,
): Promise<void> {
  await writeFile(join(folder, 'user.ts'), moduleUser(names))
  await writeFile(join(folder, 'user.cts'), commonUser(names))
  const files = ['user.ts', 'user.cts']
  const program = join(import.meta.dirname, 'users', `${short}.ts`)
  if (existsSync(program)) {
    await copyFile(program, join(folder, 'program.ts'))
    files.push('program.ts')
  }
  for (const compiler of compilers(repository)) {
    for (const resolution of resolutions) {
      const compilerOptions = {
        ...resolution.options,
        target: 'es2022',
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        types: ['node'],
        typeRoots: [join(repository, 'node_modules/@types')],
      }
      const config = join(folder, `tsconfig.${resolution.name}.json`)
      await writeFile(config, JSON.stringify({ compilerOptions, files }))
      const result = await runCommand('node', [compiler.main, '-p', config, '--pretty', 'false'], {
        cwd: folder,
        toolsOf: repository,
      })
      const name = `${short}: compiles for a user of ${compiler.name}, ${resolution.name}`
      tally.record(name, judgeCompiler(result.code, outputLines(result)))
    }
  }
}

function judgeCompiler(code: number | undefined, lines: readonly string[]): string | undefined {
  if (code === 0) return undefined
  const errors = lines.filter((line) => /error TS\d+/.test(line))
  if (errors.length === 0) return lines.join('\n')
  const ours = errors.filter((line) => !line.includes('node_modules/') || line.includes('node_modules/@loopwright/'))
  return ours.length === 0 ? undefined : ours.slice(0, 20).join('\n')
}

function moduleUser(names: ReadonlyMap<string, readonly string[]>): string {
  const parts = [...names].map(([entry, exported], index) => {
    const list = exported.map((name) => `${name} as ${name}${index}`).join(', ')
    return `import { ${list} } from '${entry}'\nimport type * as types${index} from '${entry}'\nexport type Names${index} = keyof typeof types${index}\nexport const used${index} = [${exported.map((name) => name + index).join(', ')}]\n`
  })
  return parts.join('')
}

function commonUser(names: ReadonlyMap<string, readonly string[]>): string {
  const parts = [...names].map(
    ([entry, exported], index) =>
      `import entry${index} = require('${entry}')\nexport const used${index}: readonly unknown[] = [${exported.map((name) => `entry${index}.${name}`).join(', ')}]\n`,
  )
  return parts.join('')
}
