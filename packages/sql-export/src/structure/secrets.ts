// Parameters that stay out of a plan: it holds their names, and what tells whether a value is the same.
import { createHmac } from 'node:crypto'
import { ExportError, configError } from '../vocabulary/errors.ts'
import type { ParamValue, PlanParam, SecretParam } from './plan.ts'
import { canonicalJson } from './canonical-json.ts'

/** Values of secret parameters, by name. */
export type Secrets = Readonly<Record<string, ParamValue>>

export function isSecret(param: PlanParam): param is SecretParam {
  return typeof param === 'object' && param !== null && 'secret' in param
}

/** The form of a secret in a plan. */
export function sealSecret(name: string, secrets: Secrets): SecretParam {
  const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined
  if (value === undefined)
    throw configError(
      `the secret parameter "${name}" has no value`,
      'Give it in secrets, or to the command as an environment variable.',
    )
  const hmac = createHmac('sha256', `loopwright sql-export secret ${name}`).update(canonicalJson(value)).digest('hex')
  return { secret: name, hmac }
}

/** The values to bind. @throws ExportError `ERR_EXPORT_PLAN_CHANGED` for another value than the plan was made with. */
export function openSecrets(params: readonly PlanParam[], secrets: Secrets): ParamValue[] {
  return params.map((param) => {
    if (!isSecret(param)) return param
    if (sealSecret(param.secret, secrets).hmac !== param.hmac)
      throw new ExportError(
        'ERR_EXPORT_PLAN_CHANGED',
        `the secret parameter "${param.secret}" has another value than in the plan`,
        {
          remedy: 'Give the value that the plan was made with, or plan again.',
        },
      )
    return secrets[param.secret] ?? null
  })
}

/** Puts in a plan's roots what tells whether a run is given the same values. */
export function sealRoots<T extends { readonly params: readonly PlanParam[] }>(roots: readonly T[], secrets: Secrets): T[] {
  return roots.map((root) => ({
    ...root,
    params: root.params.map((param) => (isSecret(param) ? sealSecret(param.secret, secrets) : param)),
  }))
}
