// Documented examples: every `ts` block compiles as a module of its own, and what it says comes out does come out.
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inParallel, outputLines, runCommand } from './command.ts'
import { commentExamples, markdownExamples } from './example-blocks.ts'
import type { ExampleModule } from './example-blocks.ts'
import { exampleProgram, harnessText } from './example-program.ts'
import type { ExampleProgram } from './example-program.ts'
import type { Check, Finding } from './finding.ts'
import { parseSource } from './syntax.ts'
import { listFiles, readText } from './tree.ts'

const outFolder = 'integration/.doc-examples'
const openingLines = 20

interface Written {
  readonly example: ExampleModule
  readonly name: string
}

export const examplesCheck: Check = {
  name: 'examples',
  about: 'ts blocks of docs, READMEs and doc comments compile; those with // => run and agree',
  async run(root) {
    const files = listFiles(root)
    const examples = files.flatMap((file) => examplesOf(root, file))
    const folder = join(root, outFolder)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    const written = examples.filter(({ ignored }) => !ignored).map((example) => writeExample(folder, example))
    const compiled = written.length === 0 ? [] : await compile(root, folder, written)
    const ran = await runExamples(root, folder, written)
    return [...openingProgramRules(files, examples), ...compiled, ...ran]
  },
}

function examplesOf(root: string, file: string): readonly ExampleModule[] {
  if (/^(README|CONTRIBUTING)\.md$|^packages\/[^/]+\/README\.md$|^(docs|examples|benchmarks)\/.*\.md$/.test(file))
    return markdownExamples(file, readText(root, file))
  return /^packages\/[^/]+\/src\/.*\.ts$/.test(file) ? commentExamples(file, readText(root, file)) : []
}

/** Each package opens its README with a program of at most 20 lines; being the opening, it is run below. */
function openingProgramRules(files: readonly string[], examples: readonly ExampleModule[]): readonly Finding[] {
  return files
    .filter((file) => /^packages\/[^/]+\/README\.md$/.test(file))
    .flatMap((file): readonly Finding[] => {
      const opening = examples.find((example) => example.file === file && example.opening)
      if (opening === undefined || opening.ignored)
        return [{ file, message: 'opens with no program: the first ts block must run' }]
      if (opening.code.length <= openingLines) return []
      return [
        {
          file,
          line: opening.lines[0],
          message: `the opening program has ${opening.code.length} lines, ${openingLines} at most`,
        },
      ]
    })
}

function writeExample(folder: string, example: ExampleModule): Written {
  const name = `${example.file.replaceAll(/[^\w.-]+/g, '_')}.L${example.lines[0] ?? 0}`
  const text = example.code.join('\n')
  const isModule = /^\s*(import|export)\b/m.test(text)
  writeFileSync(join(folder, `${name}.ts`), isModule ? `${text}\n` : `${text}\nexport {}\n`)
  return { example, name }
}

async function compile(root: string, folder: string, written: readonly Written[]): Promise<readonly Finding[]> {
  const options = { noEmit: true, isolatedDeclarations: false, declaration: false, noImplicitReturns: false }
  const config = { extends: '../../tsconfig.base.json', compilerOptions: options, include: ['*.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const result = await runCommand('tsc', ['-p', folder, '--pretty', 'false'], { cwd: root })
  if (result.code === 0) return []
  const findings = outputLines(result).flatMap((text) => {
    const [, path = '', line = '', message] = /^(.+?)\.ts\((\d+),\d+\): (error .*)$/.exec(text) ?? []
    const found = written.find(({ name }) => path.endsWith(`/${name}`))
    return found === undefined || message === undefined ? [] : [place(found.example, Number(line), message)]
  })
  return findings.length > 0 ? findings : outputLines(result).map((message) => ({ message }))
}

function place({ file, lines }: ExampleModule, line: number, message: string): Finding {
  return { file, line: lines[line - 1] ?? lines.at(-1), message }
}

async function runExamples(root: string, folder: string, written: readonly Written[]): Promise<readonly Finding[]> {
  writeFileSync(join(folder, 'harness.mjs'), harnessText())
  const opensReadme = ({ file, opening }: ExampleModule): boolean => opening && /^packages\/[^/]+\/README\.md$/.test(file)
  const runs = written
    // A block that does not parse is told by the compiler.
    .filter(({ example }) => parseSource('example.ts', example.code.join('\n')).problem === undefined)
    .map((found) => ({ ...found, program: exampleProgram(found.example, './harness.mjs') }))
  const problems = runs.flatMap(({ example, program }) =>
    program.problems.map(({ line, message }) => place(example, line, message)),
  )
  const toRun = runs.filter(({ example, program }) => program.expected.length > 0 || opensReadme(example))
  const findings = await inParallel(toRun, 2, (run) => runExample(root, folder, run))
  return [...problems, ...findings.flat()]
}

async function runExample(
  root: string,
  folder: string,
  { example, name, program }: Written & { readonly program: ExampleProgram },
): Promise<readonly Finding[]> {
  const path = join(folder, `${name}.run.ts`)
  writeFileSync(path, program.text)
  const cwd = mkdtempSync(join(tmpdir(), 'example-'))
  try {
    const resultFile = join(cwd, '.result.json')
    const result = await runCommand('node', ['--no-warnings', path], {
      cwd,
      toolsOf: root,
      env: { EXAMPLE_RESULT: resultFile },
      timeoutMs: 30_000,
    })
    if (result.code !== 0) {
      const lines = outputLines(result)
      const at = lines.map((line) => /\.run\.ts:(\d+)/.exec(line)?.[1]).find((line) => line !== undefined)
      const said = lines.filter((line) => !/^\s+at |^Node\.js v/.test(line)).slice(0, 8)
      return [place(example, Number(at ?? 1), `exit code ${result.code ?? 'none'}: ${said.join(' | ')}`)]
    }
    const failures = JSON.parse(readFileSync(resultFile, 'utf8')) as readonly {
      readonly line: number
      readonly message: string
    }[]
    return failures.map(({ line, message }) => place(example, line, message))
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}
