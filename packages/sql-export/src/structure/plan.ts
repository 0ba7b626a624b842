// The plan: one JSON document that is the dry run, the input of a run, and its identity.
import { ExportError, configError } from '../vocabulary/errors.ts'
import type { ColumnRef, TableRef } from '../vocabulary/table-ref.ts'
import type { Engine, KeyKind, ValueKind } from '../vocabulary/value-kind.ts'
import { canonicalHash, canonicalJson } from './canonical-json.ts'

export const PLAN_FORMAT = 'loopwright/sql-export/1'
export const KEY_MODES = ['keep', 'remap', 'hash'] as const
export type KeyMode = (typeof KEY_MODES)[number]
export const MISSING_POLICIES = ['error', 'skip', 'null'] as const
export type MissingPolicy = (typeof MISSING_POLICIES)[number]
export const LOAD_STRATEGIES = [
  'enforced',
  'same-statement',
  'null-then-update',
  'by-depth',
  'deferred',
  'bulk',
  'verify-only',
] as const
export type LoadStrategy = (typeof LOAD_STRATEGIES)[number]
export const STEP_KINDS = ['reserve', 'load', 'patch', 'verify', 'sequence'] as const
export type StepKind = (typeof STEP_KINDS)[number]
export type Severity = 'representation' | 'possible' | 'certain'
/**
 * `affinity`: a column of another kind; `text-form`: a text where the source has a type of its own; `precision`: digits of a
 * decimal; `not-a-number`: NaN, which the destination lacks; `reference-form`: references are written as the row that they name
 * writes its key, since the source takes for equal what the destination does not; `spatial`: a shape that another engine cannot read.
 */
export const LOSS_CODES = ['affinity', 'text-form', 'precision', 'not-a-number', 'reference-form', 'spatial'] as const
export type LossCode = (typeof LOSS_CODES)[number]

/** A parameter in JSON: 64-bit integers and bytes are written as objects with one member. */
export type ParamValue = null | string | number | boolean | { readonly int64: string } | { readonly bytes: string }
/** A parameter whose value is not in the plan, but its name and an HMAC that tells whether a run is given the same. */
export interface SecretParam {
  readonly secret: string
  readonly hmac: string
}
/** A parameter of a root, as a plan holds it. */
export type PlanParam = ParamValue | SecretParam

/** What becomes of rows whose keys are at the destination already. */
export const CONFLICT_POLICIES = ['error', 'skip', 'replace'] as const
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number]

export interface PlanColumn {
  readonly name: string
  readonly kind: ValueKind
  readonly sourceType: string
  readonly destinationType: string | null
  readonly omit: 'generated' | 'undeclared' | null
  /** Where the column's values come from: itself, unless it refers to another column. */
  readonly origin: ColumnRef
  /** The mask of the column or of its origin, as canonical JSON. */
  readonly transform: string | null
  /** Losses that the column's rule accepts. */
  readonly accepts: readonly LossCode[]
}

export interface PlanTable {
  readonly id: TableRef
  readonly key: readonly string[]
  readonly keyKind: KeyKind
  readonly keys: KeyMode
  readonly rows: 'copy' | 'existing'
  readonly onConflict: ConflictPolicy
  readonly columns: readonly PlanColumn[]
}

export interface PlanChildren {
  readonly follow: boolean
  readonly where: string | null
  readonly perParent: number | null
  readonly maxDepth: number | null
  readonly fromParents: boolean
}

export interface PlanEdge {
  readonly name: string
  readonly kind: 'declared' | 'virtual' | 'template'
  readonly child: TableRef
  readonly childColumns: readonly string[]
  readonly parent: TableRef
  readonly parentColumns: readonly string[]
  readonly nullable: boolean
  readonly match: 'simple' | 'full'
  readonly deferrable: boolean
  readonly validated: boolean
  /** Which child rows the edge speaks of, as SQL over the child's columns. */
  readonly predicate: string | null
  /** Whether the reference is written as NULL and its parents are not followed. */
  readonly cut: boolean
  readonly children: PlanChildren
  readonly onMissing: MissingPolicy
  readonly load: LoadStrategy
  /** Columns that are written as NULL and set once every row is there: those of `null-then-update`, else none. */
  readonly patch: readonly string[]
}

export interface PlanRoot {
  readonly table: TableRef
  /** Gives the key columns of the rows to start from, in key order. */
  readonly sql: string
  readonly params: readonly PlanParam[]
  readonly from: 'template' | 'roots'
}

export interface PlanStep {
  readonly kind: StepKind
  readonly tables: readonly TableRef[]
  readonly edges: readonly string[]
}

export interface PlanLoss {
  readonly table: TableRef
  readonly column: string
  readonly code: LossCode
  readonly severity: Severity
}

export interface PlanLimits {
  readonly maxRows: number | null
  readonly maxRowsPerTable: number | null
  readonly maxBytes: number | null
  readonly deadlineMs: number | null
  readonly maxDepth: number
}

export interface PlanSide {
  readonly engine: Engine
  readonly fingerprint: string
}

export interface PlanObserved {
  readonly counts: Readonly<Record<string, number>> | null
  readonly atEpochMs: number
  readonly notes: readonly string[]
}

export interface Plan {
  readonly format: typeof PLAN_FORMAT
  /** SHA-256 over all members but `hash` and `observed`. */
  readonly hash: string
  readonly source: PlanSide
  readonly destination: (PlanSide & { readonly createTables: boolean; readonly allowAlter: boolean }) | null
  readonly tables: readonly PlanTable[]
  readonly edges: readonly PlanEdge[]
  readonly roots: readonly PlanRoot[]
  readonly steps: readonly PlanStep[]
  readonly losses: readonly PlanLoss[]
  readonly limits: PlanLimits
  readonly observed: PlanObserved
}

/** Gives the plan its hash. */
export function sealPlan(body: Omit<Plan, 'hash'>): Plan {
  return { ...body, hash: planHash(body) }
}

function planHash({ observed: _observed, ...rest }: Omit<Plan, 'hash'> & { readonly hash?: string }): string {
  const { hash: _hash, ...identity } = rest
  return canonicalHash(identity)
}

/** The plan as JSON text with sorted members: equal plans give equal texts. */
export function planToJson(plan: Plan): string {
  return `${canonicalJson(plan, 2)}\n`
}

/**
 * Reads a plan from JSON text.
 * @throws ExportError `ERR_EXPORT_CONFIG` if the text is no plan of this format, `ERR_EXPORT_PLAN_CHANGED` if its hash is wrong.
 */
export function parsePlan(text: string): Plan {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw configError('the plan is not JSON', 'Use the output of `sql-export plan --json`.')
  }
  return requirePlan(value)
}

/** Checks that `value` is a plan whose hash is right: an edited plan is refused. */
export function requirePlan(value: unknown): Plan {
  if (typeof value !== 'object' || value === null || Reflect.get(value, 'format') !== PLAN_FORMAT)
    throw configError(`the plan has no member "format" that says "${PLAN_FORMAT}"`, 'Make the plan again with this version.')
  const plan = value as Plan
  let hash: string
  try {
    hash = planHash(plan)
  } catch {
    hash = ''
  }
  if (hash !== plan.hash)
    throw new ExportError('ERR_EXPORT_PLAN_CHANGED', 'the plan was edited: its hash is not that of its content', {
      remedy: 'Change the configuration and plan again.',
    })
  return plan
}

/** Columns that are read and written, in order. */
export function copiedColumns(table: PlanTable): readonly PlanColumn[] {
  return table.columns.filter(({ omit }) => omit === null)
}
