// Public names of this entry.
export { planExport } from './face/plan-export.ts'
export type { PlanOptions } from './face/plan-export.ts'
export { resumeExport, runExport } from './face/run-export.ts'
export type { RunReport, StepReport, TableReport } from './face/run-report.ts'
export type { CountedLoss } from './mechanism/loss-counts.ts'
export { watchExport } from './face/watch-export.ts'
export type { ResumeOptions, RunOptions } from './face/run-options.ts'
export { verifyExport } from './face/verify-export.ts'
export type { Verdict, VerifyOptions } from './face/verify-export.ts'
export { guestTransformer } from './face/guest-transformer.ts'
export type { GuestCaller, GuestOptions } from './face/guest-transformer.ts'
export type { DestinationInput, SourceInput } from './face/open-url.ts'
export type { ReferencePolicy } from './mechanism/load-strategy.ts'
export type { VerifyCheck } from './mechanism/verify.ts'
export { mask } from './structure/mask-spec.ts'
export type { MaskName, MaskSpec, Masks } from './structure/mask-spec.ts'
export { parsePlan, planToJson } from './structure/plan.ts'
export { rowTag } from './structure/row-tag.ts'
export type {
  ConflictPolicy,
  KeyMode,
  LoadStrategy,
  LossCode,
  MissingPolicy,
  ParamValue,
  Plan,
  PlanChildren,
  PlanColumn,
  PlanEdge,
  PlanLimits,
  PlanLoss,
  PlanObserved,
  PlanParam,
  PlanRoot,
  PlanSide,
  PlanStep,
  PlanTable,
  SecretParam,
} from './structure/plan.ts'
export { planToText } from './structure/plan-text.ts'
export { planToMermaid } from './structure/mermaid.ts'
export type {
  ConfigParam,
  DefaultKeyMode,
  EdgeConfig,
  ExportConfig,
  FilterConfig,
  FollowConfig,
  LimitsConfig,
  OutsidePolicy,
  RootConfig,
  SecretConfig,
  TableConfig,
} from './structure/config.ts'
export type { Catalog, CatalogColumn, CatalogEdge, CatalogTable } from './structure/catalog.ts'
export type { ChildRequest, PageRequest, RootSql, RowChunk, Source, SourceSnapshot } from './port/source.ts'
export type { JournalBatch, JournalRun, RunState } from './structure/journal.ts'
export type {
  Destination,
  DestinationSession,
  Journal,
  KeyRange,
  OrphanRequest,
  ReferenceMode,
  RowWriter,
} from './port/destination.ts'
export type { RowTransformer, TransformBatch, TransformColumns, TypedRow, TypedValue } from './port/transformer.ts'
export type {
  ExportLogFields,
  ExportLogLevel,
  ExportLogger,
  ExportMeter,
  ExportPhase,
  ExportProgress,
  ExportSnapshot,
} from './port/ports.ts'
export type { Cell, Row } from './vocabulary/cell.ts'
export { EXPORT_ERROR_CODES, ExportError, assertExportError, isExportError } from './vocabulary/errors.ts'
export type { ExportErrorCode, ExportErrorOptions } from './vocabulary/errors.ts'
export type { ColumnRef, TableRef } from './vocabulary/table-ref.ts'
export type { Engine, KeyKind, ValueKind } from './vocabulary/value-kind.ts'
