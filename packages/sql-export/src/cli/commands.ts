// What each subcommand does.
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { planExport } from '../face/plan-export.ts'
import { resumeExport, runExport } from '../face/run-export.ts'
import type { RunReport } from '../face/run-report.ts'
import type { Verdict } from '../face/verify-export.ts'
import { verifyExport } from '../face/verify-export.ts'
import type { ExportProgress } from '../port/ports.ts'
import { canonicalJson } from '../structure/canonical-json.ts'
import type { ExportConfig } from '../structure/config.ts'
import { requireConfig } from '../structure/config.ts'
import { planToMermaid } from '../structure/mermaid.ts'
import type { Plan } from '../structure/plan.ts'
import { parsePlan, planToJson } from '../structure/plan.ts'
import { planToText, printable } from '../structure/plan-text.ts'
import { configError } from '../vocabulary/errors.ts'
import type { Arguments } from './arguments.ts'

export interface CommandContext {
  readonly signal: AbortSignal
  readonly progress: ExportProgress
  readonly write: (text: string) => void
}

/** Runs a subcommand. @returns the exit code. */
export async function runCommand(args: Arguments, context: CommandContext): Promise<number> {
  switch (args.command) {
    case 'plan': {
      // the first line of the text does not wait for the rows to be counted: P-2
      let told = ''
      const tellFirstLine = (plan: Plan): void => {
        const text = planToText(plan)
        told = text.slice(0, text.indexOf('\n') + 1)
        context.write(told)
      }
      const isText = !args.mermaid && !args.json && args.out === undefined
      const plan = await makePlan(args, context, isText ? tellFirstLine : undefined)
      const text = args.mermaid ? planToMermaid(plan) : args.json ? planToJson(plan) : planToText(plan)
      output(args, context, text.slice(told.length))
      return 0
    }
    case 'run': {
      const plan = args.plan === undefined ? await makePlan(args, context) : parsePlan(readText(args.plan))
      const { batchRows, bufferBytes, concurrency, showKeys, createTables, allowAlter, commit, workDir } = args
      const report = await runExport(plan, {
        source: args.from ?? '',
        destination: args.to ?? '',
        batchRows,
        bufferBytes,
        concurrency,
        showKeys,
        createTables,
        allowAlter,
        commit,
        workDir,
        secrets: environment(),
        signal: context.signal,
        onProgress: context.progress,
      })
      output(args, context, args.json ? `${canonicalJson(report, 2)}\n` : reportText(report))
      return 0
    }
    case 'resume': {
      const { batchRows, bufferBytes, commit, concurrency, showKeys, run: runId, workDir } = args
      const report = await resumeExport({
        source: args.from ?? '',
        destination: args.to ?? '',
        runId,
        batchRows,
        bufferBytes,
        commit,
        concurrency,
        showKeys,
        workDir,
        secrets: environment(),
        signal: context.signal,
        onProgress: context.progress,
      })
      output(args, context, args.json ? `${canonicalJson(report, 2)}\n` : reportText(report))
      return 0
    }
    case 'verify': {
      const { from: source, run: runId, content, batchRows, workDir } = args
      const verdict = await verifyExport({
        destination: args.to ?? '',
        source,
        runId,
        content,
        batchRows,
        workDir,
        secrets: environment(),
        signal: context.signal,
      })
      output(args, context, args.json ? `${canonicalJson(verdict, 2)}\n` : verdictText(verdict))
      return verdict.passed ? 0 : 1
    }
    default:
      throw new TypeError(`unknown command: ${args.command satisfies never}`)
  }
}

/** Secret parameters are named after variables. */
function environment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

async function makePlan(args: Arguments, { signal }: CommandContext, onPlan?: ((plan: Plan) => void) | undefined): Promise<Plan> {
  const config = await readStart(args)
  const keys = args.keys ?? config.keys
  const bound = args.command === 'run' && args.createTables ? undefined : args.to // a file that is to be made cannot be read yet
  return planExport({
    ...config,
    keys,
    source: args.from ?? '',
    destination: bound,
    createTables: args.createTables,
    allowAlter: args.allowAlter,
    batchRows: args.batchRows,
    workDir: args.workDir,
    secrets: environment(),
    counts: args.command === 'plan',
    onPlan,
    signal,
  })
}

/** The configuration, with the template that is given beside it. */
async function readStart({ config, template, params }: Arguments): Promise<ExportConfig> {
  if (template === undefined) return requireConfig(await readConfig(config ?? ''))
  const rest = config === undefined ? {} : await readConfig(config)
  return requireConfig({
    ...(rest as object),
    template: readText(template === '-' ? 0 : template),
    ...(params.length === 0 ? {} : { params }),
  })
}

/** JSON, or a module that is run for its default export. */
async function readConfig(file: string): Promise<unknown> {
  if (file.endsWith('.mjs')) {
    const url = pathToFileURL(resolve(file)).href
    return (await importConfig(url, file)).default
  }
  try {
    return JSON.parse(readText(file === '-' ? 0 : file))
  } catch (error) {
    if (error instanceof SyntaxError) throw configError(`${file} is not JSON`, 'Write { "roots": [{ "table": "orders" }] }.')
    throw error
  }
}

async function importConfig(url: string, file: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(url)) as { readonly default?: unknown }
  } catch (error) {
    // the operator's own code: what it says is for its reader
    throw configError(
      `${file} failed: ${error instanceof Error ? error.message : String(error)}`,
      'Run it with node to see where.',
    )
  }
}

function readText(file: string | 0): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw configError(`${file === 0 ? 'stdin' : `the file ${file}`} cannot be read`, 'Check the path.')
  }
}

function output({ out }: Arguments, { write }: CommandContext, text: string): void {
  if (out === undefined) write(text)
  else writeFileSync(out, text)
}

function reportText({ tables, checks, notes, losses }: RunReport): string {
  const total = tables.reduce((sum, { written }) => sum + written, 0)
  const lines = [`${total} rows in ${tables.length} tables`]
  for (const { table, written, dropped, nulled, patched, masked, existing, replaced } of tables) {
    const extras = Object.entries({ dropped, nulled, patched, masked, existing, replaced }).filter(([, count]) => count > 0)
    lines.push(`  ${printable(table)}: ${written} rows${extras.map(([name, count]) => `, ${count} ${name}`).join('')}`)
  }
  for (const { table, column, code, severity, count } of losses)
    lines.push(`  loss: ${printable(table.name)}.${printable(column)}: ${code} (${severity}), ${count} values`)
  for (const note of notes) lines.push(`  note: ${printable(note)}`)
  lines.push(`verified: ${checks.length} checks passed`)
  return `${lines.join('\n')}\n`
}

function verdictText({ checks, passed, notes }: Verdict): string {
  const failed = checks.filter((check) => !check.passed)
  const lines = failed.map(({ name, violations }) => `failed: ${printable(name)}: ${violations}`)
  for (const note of notes) lines.push(`note: ${printable(note)}`)
  lines.push(
    passed ? `verified: ${checks.length} checks passed` : `not verified: ${failed.length} of ${checks.length} checks failed`,
  )
  return `${lines.join('\n')}\n`
}
