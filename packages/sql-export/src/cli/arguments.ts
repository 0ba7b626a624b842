// The command line: which flags there are, and what each subcommand needs.
import { parseArgs } from 'node:util'
import { configError } from '../vocabulary/errors.ts'
import { didYouMean } from '../vocabulary/nearest.ts'

export const COMMANDS = ['plan', 'run', 'resume', 'verify'] as const
export type Command = (typeof COMMANDS)[number]
export const PROGRESS_MODES = ['auto', 'bar', 'lines', 'off'] as const
export type ProgressMode = (typeof PROGRESS_MODES)[number]

export interface Arguments {
  readonly command: Command
  readonly from: string | undefined
  readonly to: string | undefined
  readonly config: string | undefined
  readonly template: string | undefined
  readonly params: readonly string[]
  readonly plan: string | undefined
  readonly run: string | undefined
  readonly keys: 'keep' | 'remap' | undefined
  readonly batchRows: number | undefined
  readonly bufferBytes: number | undefined
  readonly concurrency: number | undefined
  readonly workDir: string | undefined
  readonly json: boolean
  readonly mermaid: boolean
  readonly out: string | undefined
  readonly createTables: boolean
  readonly allowAlter: boolean
  readonly commit: 'batch' | 'once' | undefined
  readonly content: boolean
  readonly showKeys: boolean
  readonly progress: ProgressMode
}

export const HELP = `usage: sql-export plan|run|resume|verify [options]

  plan    --from URL [--to URL] (--template FILE | --config FILE)   prints what a run would do; writes nothing
  run     --from URL --to URL (--template FILE | --config FILE | --plan FILE)   copies the rows and checks the result
  resume  --from URL --to URL [--run ID]   goes on with a run that was cut short
  verify  --to URL [--run ID] [--from URL --content]   checks a destination, and with --content every row against the source

  --from URL          source: sqlite:FILE, postgres://USER@HOST:PORT/DATABASE?schema=NAME,
                      mysql://USER@HOST:PORT/DATABASE (MariaDB too) or pglite:DIRECTORY
  --to URL            destination, alike
  --config FILE       roots, follow rules, masks: JSON, or an .mjs module, which is run; "-" reads JSON from stdin
  --template FILE     a query that selects the keys to start from; "-" reads it from stdin; with --config for all else
  --param VALUE       a parameter of the template, as text; repeatable
  --plan FILE         a plan printed by \`plan --json\`
  --run ID            the run to go on with or to verify, or how its id begins
  --keys remap|keep   what becomes of integer keys (default: remap)
  --content           verify: compares every row of the run with the source's
  --create-tables     makes missing tables, and a missing file
  --allow-alter       makes constraints of a cycle that nothing else loads DEFERRABLE for its transaction (PostgreSQL)
  --commit MODE       batch: commits as it goes, and can be resumed (default); once: one transaction, and no journal
  --concurrency N     tables loaded at a time, 1 to 8 (default: 1); PostgreSQL and MySQL destinations, references in bulk
  --batch-rows N      rows read at a time, 1 to 100000 (default: 5000)
  --buffer-bytes N    bytes that may wait between reader and writer, 1048576 to 1073741824 (default: 16777216)
  --show-keys         messages name rows by their keys, not by tags made of them
  --work-dir DIR      where keys go that have no room in memory (default: the system's for temporary files)
  --json              prints the plan, report or verdict as JSON, and diagnostics as one JSON object a line
  --mermaid           prints the plan as a Mermaid flowchart
  --out FILE          writes what would go to stdout into a file
  --progress MODE     auto, bar, lines or off (default: auto)
  --help, --version

Masks take their key from SQL_EXPORT_MASK_KEY, at least 32 bytes.
Exit code: 0 done, 1 the work failed, 2 wrong usage, 3 a limit stopped it, 130 interrupted.
`

const OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  config: { type: 'string' },
  template: { type: 'string' },
  param: { type: 'string', multiple: true },
  plan: { type: 'string' },
  run: { type: 'string' },
  keys: { type: 'string' },
  'batch-rows': { type: 'string' },
  'buffer-bytes': { type: 'string' },
  concurrency: { type: 'string' },
  'work-dir': { type: 'string' },
  json: { type: 'boolean' },
  mermaid: { type: 'boolean' },
  out: { type: 'string' },
  'create-tables': { type: 'boolean' },
  'allow-alter': { type: 'boolean' },
  commit: { type: 'string' },
  content: { type: 'boolean' },
  'show-keys': { type: 'boolean' },
  progress: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

/** Which flags each subcommand takes, apart from those that all do. */
const TAKES: Readonly<Record<Command, readonly string[]>> = {
  plan: [
    'from',
    'to',
    'config',
    'template',
    'param',
    'keys',
    'batch-rows',
    'work-dir',
    'json',
    'mermaid',
    'out',
    'create-tables',
    'allow-alter',
    'progress',
  ],
  run: [
    'from',
    'to',
    'config',
    'template',
    'param',
    'plan',
    'keys',
    'batch-rows',
    'work-dir',
    'json',
    'out',
    'create-tables',
    'allow-alter',
    'commit',
    'buffer-bytes',
    'concurrency',
    'show-keys',
    'progress',
  ],
  resume: [
    'from',
    'to',
    'run',
    'commit',
    'batch-rows',
    'buffer-bytes',
    'concurrency',
    'show-keys',
    'work-dir',
    'json',
    'out',
    'progress',
  ],
  verify: ['from', 'to', 'run', 'content', 'batch-rows', 'work-dir', 'json', 'out', 'progress'],
}

const SEE_HELP = 'See sql-export --help.'

/** Reads the command line. @throws ExportError `ERR_EXPORT_CONFIG` for anything that does not fit. */
export function parseArguments(args: readonly string[]): Arguments | 'help' | 'version' {
  const { tokens } = parseArgs({ args: [...args], options: OPTIONS, strict: false, allowPositionals: true, tokens: true })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    if (!Object.hasOwn(OPTIONS, token.name))
      throw configError(`unknown flag ${token.rawName}${didYouMean(token.name, Object.keys(OPTIONS))}`, SEE_HELP)
    const { type } = OPTIONS[token.name as keyof typeof OPTIONS]
    if (type === 'string' && (token.value === undefined || token.value === ''))
      throw configError(`${token.rawName} needs a value`, SEE_HELP)
    if (type === 'boolean' && token.value !== undefined) throw configError(`${token.rawName} takes no value`, SEE_HELP)
  }
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  if (values.help === true) return 'help'
  if (values.version === true) return 'version'
  const [name = '', ...rest] = positionals
  const command = COMMANDS.find((known) => known === name)
  if (command === undefined)
    throw configError(name === '' ? 'no subcommand' : `unknown subcommand "${name}"${didYouMean(name, COMMANDS)}`, SEE_HELP)
  if (rest.length > 0) throw configError(`unexpected argument "${rest[0]}"`, SEE_HELP)
  for (const flag of Object.keys(values))
    if (!TAKES[command].includes(flag)) throw configError(`${command} takes no --${flag}`, SEE_HELP)
  requireInputs(command, values)
  return {
    command,
    from: values.from,
    to: values.to,
    config: values.config,
    template: values.template,
    params: values.param ?? [],
    plan: values.plan,
    run: values.run,
    keys: oneOf('--keys', values.keys, ['keep', 'remap'] as const),
    batchRows: integer('--batch-rows', values['batch-rows']),
    bufferBytes: integer('--buffer-bytes', values['buffer-bytes']),
    concurrency: integer('--concurrency', values.concurrency),
    workDir: values['work-dir'],
    json: values.json ?? false,
    mermaid: values.mermaid ?? false,
    out: values.out,
    createTables: values['create-tables'] ?? false,
    allowAlter: values['allow-alter'] ?? false,
    commit: oneOf('--commit', values.commit, ['batch', 'once'] as const),
    content: values.content ?? false,
    showKeys: values['show-keys'] ?? false,
    progress: oneOf('--progress', values.progress, PROGRESS_MODES) ?? 'auto',
  }
}

interface Inputs {
  readonly from?: string
  readonly to?: string
  readonly config?: string
  readonly template?: string
  readonly param?: readonly string[]
  readonly plan?: string
  readonly keys?: string
  readonly content?: boolean
}

function requireInputs(command: Command, { from, to, config, template, param, plan, keys, content }: Inputs): void {
  if (command !== 'verify' && from === undefined) throw configError(`${command} needs --from`, SEE_HELP)
  if (command !== 'plan' && to === undefined) throw configError(`${command} needs --to`, SEE_HELP)
  if (command === 'verify' && (from === undefined) === (content === true))
    throw configError('verify takes --from and --content together', SEE_HELP)
  const start = config ?? template
  if (command === 'plan' && start === undefined) throw configError('plan needs --template or --config', SEE_HELP)
  if (command === 'run' && (start === undefined) === (plan === undefined))
    throw configError('run needs either --template or --config, or --plan', SEE_HELP)
  if (param !== undefined && template === undefined) throw configError('--param belongs to --template', SEE_HELP)
  if (plan !== undefined && keys !== undefined) throw configError('--keys is part of the plan', 'Plan again with --keys.')
}

function integer(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (!/^\d{1,15}$/.test(value)) throw configError(`${flag} must be an integer`, SEE_HELP)
  return Number(value)
}

function oneOf<T extends string>(flag: string, value: string | undefined, words: readonly T[]): T | undefined {
  if (value === undefined) return undefined
  const found = words.find((word) => word === value)
  if (found === undefined) throw configError(`${flag} must be one of ${words.join(', ')}${didYouMean(value, words)}`, SEE_HELP)
  return found
}
