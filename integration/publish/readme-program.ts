// The program that opens a package's README, as the user who copies it runs it.
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript59'
import { outputLines, runCommand } from '../../tooling/check/command.ts'
import { markdownExamples } from '../../tooling/check/example-blocks.ts'
import type { NodeUnderTest } from './consumer.ts'

export interface ReadmeProgram {
  readonly source: string
  /** Packages that it imports, `node:` modules left out. */
  readonly packages: readonly string[]
}

/** `undefined` when the published README opens with none. */
export async function readmeProgram(folder: string, name: string): Promise<ReadmeProgram | undefined> {
  const path = join(folder, 'node_modules', name, 'README.md')
  if (!existsSync(path)) return undefined
  const opening = markdownExamples('README.md', await readFile(path, 'utf8')).find(
    (example) => example.opening && !example.ignored,
  )
  if (opening === undefined) return undefined
  const source = opening.code.join('\n')
  const specifiers = [...source.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '')
  const packages = specifiers
    .filter((specifier) => !/^(node:|\.)/.test(specifier))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    )
  return { source, packages: [...new Set(packages)] }
}

/** Compiled away, since Node 20 takes no types. */
export async function runReadmeProgram(
  folder: string,
  { source }: ReadmeProgram,
  node: NodeUnderTest,
): Promise<string | undefined> {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true }
  await writeFile(join(folder, 'readme.mjs'), ts.transpileModule(source, { compilerOptions }).outputText)
  const result = await runCommand(node.path, ['readme.mjs'], { cwd: folder, timeoutMs: 60_000 })
  if (result.code === 0) return undefined
  return `exit code ${result.code ?? 'none, stopped by its time limit'}\n${outputLines(result).slice(0, 20).join('\n')}`
}
