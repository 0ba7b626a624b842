// What of a sandbox's options stays with its owner: functions, which no thread can share. The thread is told which of them there are.
import type { AuditRedactor, AuditSink } from '../audit.ts'
import type { JsAdapterError } from '../errors.ts'
import type { FetchOptions } from '../fetch/fetch-options.ts'
import type { AdapterLogger, AdapterObserver, ConsoleSink, ContextPort, Entropy } from '../ports.ts'
import { resolveNodeBuiltins } from '../runtime/node-builtins.ts'
import type { AdmissionOptions } from '../sandbox/admission.ts'
import type { ErrorOrigin } from '../sandbox/options.ts'
import type { WorkerModuleSource } from './threaded-options.ts'

export interface OwnerParts {
  readonly console?: ConsoleSink | undefined
  readonly logger?: AdapterLogger | undefined
  readonly observer?: AdapterObserver | undefined
  readonly onError?: ((error: JsAdapterError, origin: ErrorOrigin) => void) | undefined
  readonly audit?: AuditSink | undefined
  readonly auditRequired?: boolean | undefined
  readonly auditValues?: Readonly<Record<string, AuditRedactor>> | undefined
  readonly admission?: AdmissionOptions | undefined
  readonly modules?: WorkerModuleSource | undefined
  readonly entropy?: Entropy | undefined
  readonly context?: ContextPort | undefined
  readonly fetch?: FetchOptions | undefined
}

/** @throws TypeError or RangeError for what has no such members. */
export function ownerPartsOf(given: OwnerParts): OwnerParts {
  const { console, logger, observer, onError, audit, auditRequired, auditValues, admission, modules, entropy, context, fetch } =
    given
  for (const member of ['resolve', 'load'] as const)
    if (modules !== undefined && typeof modules[member] !== 'function')
      throw new TypeError(`modules must be a module source: it has no method ${member}`)
  if (modules?.nodeBuiltins !== undefined) resolveNodeBuiltins(modules.nodeBuiltins)
  if (entropy !== undefined && typeof entropy.fill !== 'function')
    throw new TypeError('entropy must be a source of randomness: it has no method fill')
  return { console, logger, observer, onError, audit, auditRequired, auditValues, admission, modules, entropy, context, fetch }
}
