// What a user writes: roots, edges, follow rules, tables, filters and limits; checked against what is known.
import { configError } from '../vocabulary/errors.ts'
import { didYouMean } from '../vocabulary/nearest.ts'
import type { MaskSpec } from './mask-spec.ts'
import { requireMaskSpec } from './mask-spec.ts'
import type { ConflictPolicy, KeyMode, MissingPolicy, ParamValue, PlanParam } from './plan.ts'
import { CONFLICT_POLICIES, KEY_MODES, MISSING_POLICIES } from './plan.ts'

/** A value for a parameter of a root or filter. */
export type ConfigParam = null | string | number | boolean | bigint | Uint8Array | ParamValue | SecretConfig

/** Keeps a value out of the plan: it is given beside it, by this name. */
export interface SecretConfig {
  readonly secret: string
}

export interface RootConfig {
  readonly table: string
  /** SQL condition in the source's dialect. Default: all rows. */
  readonly where?: string | undefined
  readonly params?: readonly ConfigParam[] | undefined
  /** Takes the first rows in key order. Integer, 1 to 2^53 - 1. Default: no limit. */
  readonly limit?: number | undefined
}

/** A reference that the database does not declare. */
export interface EdgeConfig {
  readonly child: string
  readonly columns: readonly string[]
  readonly parent: string
  /** Default: the parent's key. */
  readonly parentColumns?: readonly string[] | undefined
  /** SQL condition over the child's row: the rows for which the reference is one. Default: all. */
  readonly where?: string | undefined
}

/** How references are followed: of one edge (`order_item.order_id`), or all that touch a table. */
export interface FollowConfig {
  readonly edge?: string | undefined
  readonly table?: string | undefined
  /** Whether children of selected rows are selected too. Default `false`. */
  readonly children?: boolean | undefined
  /** Takes at most so many children of each parent, in key order. Integer, 1 to 2^53 - 1. Default: all. */
  readonly perParent?: number | undefined
  /** SQL condition over the child's row. Default: all. */
  readonly where?: string | undefined
  /** Children farther from the roots than this are left. Integer, 1 to 2^53 - 1. Default: `limits.maxDepth`. */
  readonly maxDepth?: number | undefined
  /** Whether children of rows that are there only as parents are followed too. Default `false`. */
  readonly fromParents?: boolean | undefined
  /** What becomes of a reference to a row that the source lacks. Default `error`. */
  readonly onMissing?: MissingPolicy | undefined
  /** Whether the reference is written as NULL, and its parent not selected. Default `false`. */
  readonly cut?: boolean | undefined
}

export interface TableConfig {
  /** `existing`: the rows are at the destination already, and are only checked for. Default `copy`. */
  readonly rows?: 'copy' | 'existing' | undefined
  /**
   * `keep`, `remap` (single integers that refer to nothing; their default), or `hash`: an HMAC of the old key under the mask key, for
   * uuids, bytes and texts with room for 80 bits. Parts that refer to other tables follow those.
   */
  readonly keys?: KeyMode | undefined
  /**
   * What becomes of rows whose kept or hashed keys are at the destination already: `error` (default), `skip` leaves those as they are,
   * `replace` sets them to what the source has.
   */
  readonly onConflict?: ConflictPolicy | undefined
  /** A mask by column; `keep` declares that the column is copied as it is. */
  readonly columns?: Readonly<Record<string, MaskSpec | 'keep'>> | undefined
}

/** A condition that is ANDed to the roots of a table, or, in a template, to every root; it may use all aliases there. */
export interface FilterConfig {
  readonly table?: string | undefined
  /** An alias of the template. */
  readonly alias?: string | undefined
  readonly where: string
  readonly params?: readonly ConfigParam[] | undefined
}

export interface LimitsConfig {
  /** Integers, 1 to 2^53 - 1; `null` (default) is none, but for `maxDepth`: 64. */
  readonly maxRows?: number | null | undefined
  readonly maxRowsPerTable?: number | null | undefined
  /**
   * Bytes of all rows, as the report counts them. Their keys and references count while the closure is read, so that a run that
   * is sure to pass the limit ends before it writes. A resumed run counts what it loads itself.
   */
  readonly maxBytes?: number | null | undefined
  /** Time from the run's first read to its verification, in milliseconds. A resumed run has it again. */
  readonly deadlineMs?: number | null | undefined
  readonly maxDepth?: number | undefined
}

export const OUTSIDE_POLICIES = ['follow', 'null', 'existing', 'error'] as const
export type OutsidePolicy = (typeof OUTSIDE_POLICIES)[number]

/** Exactly one of `roots` and `template` says where to start. */
export interface ExportConfig {
  readonly roots?: readonly RootConfig[] | undefined
  /** A query that selects the key columns of each alias: `SELECT c.id, o.id FROM customer AS c JOIN orders AS o ON …`. */
  readonly template?: string | undefined
  /** Values of the template's parameters: a list for `?` and `?N`, an object for `:a`, `@a` and `$a`. */
  readonly params?: readonly ConfigParam[] | Readonly<Record<string, ConfigParam>> | undefined
  /** What becomes of declared references that lead from the template's tables to others. Default `follow`. */
  readonly outside?: OutsidePolicy | undefined
  readonly edges?: readonly EdgeConfig[] | undefined
  readonly follow?: readonly FollowConfig[] | undefined
  readonly tables?: Readonly<Record<string, TableConfig>> | undefined
  readonly filters?: readonly FilterConfig[] | undefined
  readonly limits?: LimitsConfig | undefined
  /** Whether every copied column must be declared in `tables`. Default `false`. */
  readonly strict?: boolean | undefined
  /** Mode of single integer keys that refer to nothing. Default `remap`. */
  readonly keys?: DefaultKeyMode | undefined
}

/** Modes that can be the default of all tables. */
export type DefaultKeyMode = Exclude<KeyMode, 'hash'>

type Check = (value: unknown, path: string) => void
type Shape = Readonly<Record<string, Check>>

const CONFIG_MEMBERS = [
  'roots',
  'template',
  'params',
  'outside',
  'edges',
  'follow',
  'tables',
  'filters',
  'limits',
  'strict',
  'keys',
] as const

const isText: Check = (value, path) => {
  if (typeof value !== 'string' || value.trim() === '') throw configError(`${path} must be a text that is not empty`)
}
const isBoolean: Check = (value, path) => {
  if (typeof value !== 'boolean') throw configError(`${path} must be true or false`)
}
const isCount: Check = (value, path) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw configError(`${path} must be an integer from 1 to 2^53 - 1`)
}
const isCountOrNull: Check = (value, path) => {
  if (value !== null) isCount(value, path)
}
const isOneOf =
  (words: readonly string[]): Check =>
  (value, path) => {
    if (typeof value !== 'string' || !words.includes(value)) throw configError(`${path} must be one of ${words.join(', ')}`)
  }
const isTexts: Check = (value, path) => {
  if (!Array.isArray(value) || value.length === 0) throw configError(`${path} must be a list of names`)
  value.forEach((item, i) => isText(item, `${path}[${i}]`))
}
const isParams: Check = (value, path) => {
  if (!Array.isArray(value)) throw configError(`${path} must be a list of values`)
  value.forEach((item, i) => toParam(item, `${path}[${i}]`))
}

const ROOT: Shape = { table: isText, where: isText, params: isParams, limit: isCount }
const EDGE: Shape = { child: isText, columns: isTexts, parent: isText, parentColumns: isTexts, where: isText }
const FOLLOW: Shape = {
  edge: isText,
  table: isText,
  children: isBoolean,
  perParent: isCount,
  where: isText,
  maxDepth: isCount,
  fromParents: isBoolean,
  onMissing: isOneOf(MISSING_POLICIES),
  cut: isBoolean,
}
const isMasks: Check = (value, path) => {
  if (!isRecord(value)) throw configError(`${path} must be an object of masks by column`)
  for (const [column, mask] of Object.entries(value)) if (mask !== 'keep') requireMaskSpec(mask, `${path}.${column}`)
}
const TABLE: Shape = {
  rows: isOneOf(['copy', 'existing']),
  keys: isOneOf(KEY_MODES),
  onConflict: isOneOf(CONFLICT_POLICIES),
  columns: isMasks,
}
const FILTER: Shape = { table: isText, alias: isText, where: isText, params: isParams }
const LIMITS: Shape = {
  maxRows: isCountOrNull,
  maxRowsPerTable: isCountOrNull,
  maxBytes: isCountOrNull,
  deadlineMs: isCountOrNull,
  maxDepth: isCount,
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function checkMembers(value: unknown, shape: Shape, required: readonly string[], path: string): void {
  if (!isRecord(value)) throw configError(`${path} must be an object`)
  for (const [name, member] of Object.entries(value)) {
    if (!Object.hasOwn(shape, name)) throw configError(`${path}.${name} is unknown${didYouMean(name, Object.keys(shape))}`)
    if (member !== undefined) shape[name]?.(member, `${path}.${name}`)
  }
  for (const name of required) if (value[name] === undefined) throw configError(`${path}.${name} is missing`)
}

function checkList(value: unknown, shape: Shape, required: readonly string[], path: string): void {
  if (value === undefined) return
  if (!Array.isArray(value)) throw configError(`${path} must be a list`)
  value.forEach((item, i) => checkMembers(item, shape, required, `${path}[${i}]`))
}

function requireStart({ roots, template, params, outside }: Readonly<Record<string, unknown>>): void {
  const advice = 'Say where to start: roots: [{ "table": "orders", "limit": 10 }], or a template.'
  if ((roots === undefined) === (template === undefined)) throw configError('exactly one of roots and template is needed', advice)
  if (roots !== undefined && (!Array.isArray(roots) || roots.length === 0))
    throw configError('roots must be a list of at least one root', advice)
  if (template !== undefined && typeof template !== 'string') throw configError('template must be a text')
  if (template === undefined && (params ?? outside) !== undefined) throw configError('params and outside belong to a template')
  if (params !== undefined && (typeof params !== 'object' || params === null))
    throw configError('params must be a list or an object')
  if (outside !== undefined) isOneOf(OUTSIDE_POLICIES)(outside, 'outside')
}

/** Checks a configuration's shape. @throws ExportError `ERR_EXPORT_CONFIG` with the path of the first member that is wrong. */
export function requireConfig(value: unknown): ExportConfig {
  if (!isRecord(value)) throw configError('the configuration must be an object')
  for (const name of Object.keys(value))
    if (!CONFIG_MEMBERS.some((member) => member === name))
      throw configError(`"${name}" is unknown${didYouMean(name, CONFIG_MEMBERS)}`)
  requireStart(value)
  checkList(value['roots'], ROOT, ['table'], 'roots')
  checkList(value['edges'], EDGE, ['child', 'columns', 'parent'], 'edges')
  checkList(value['follow'], FOLLOW, [], 'follow')
  checkList(value['filters'], FILTER, ['where'], 'filters')
  if (value['limits'] !== undefined) checkMembers(value['limits'], LIMITS, [], 'limits')
  if (value['strict'] !== undefined) isBoolean(value['strict'], 'strict')
  if (value['keys'] !== undefined) isOneOf(['keep', 'remap'])(value['keys'], 'keys')
  if (value['tables'] !== undefined) {
    if (!isRecord(value['tables'])) throw configError('tables must be an object')
    for (const [name, table] of Object.entries(value['tables'])) checkMembers(table, TABLE, [], `tables.${name}`)
  }
  return value as unknown as ExportConfig
}

/** Writes a parameter as it stands in a plan. */
export function toParam(value: unknown, path: string): PlanParam {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return { int64: value.toString() }
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') }
  if (isRecord(value)) {
    const { int64, bytes, secret } = value
    if (typeof secret === 'string' && secret !== '') return { secret, hmac: '' }
    if (typeof int64 === 'string' && /^-?\d{1,19}$/.test(int64)) return { int64 }
    if (typeof bytes === 'string') return { bytes }
  }
  throw configError(
    `${path} is of a type that cannot be bound`,
    'Use null, a text, a finite number, a bigint, true, false or bytes.',
  )
}

/** Checks the values of secret parameters. @throws ExportError `ERR_EXPORT_CONFIG` for one that cannot be bound. */
export function requireSecrets(secrets: Readonly<Record<string, ConfigParam>>): Record<string, ParamValue> {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => {
      const param = toParam(value, `secrets.${name}`)
      if (typeof param === 'object' && param !== null && 'secret' in param) throw configError(`secrets.${name} must be a value`)
      return [name, param]
    }),
  )
}
