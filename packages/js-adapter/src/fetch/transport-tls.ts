// Whom the default transport trusts, and as whom it speaks: what is given once is read once, and shared by all its connections.
import type { SecureContext } from 'node:tls'
import { builtin } from '../platform/builtin.ts'

/** One PEM text, or several. */
export type PemTexts = string | Uint8Array | readonly (string | Uint8Array)[]

/** How `https:` is spoken. Certificates are verified in any case: there is no option against it, and the environment's is not asked. */
export interface TransportTls {
  /**
   * Certificates of the authorities that are trusted, PEM. They take the place of Node's own: to add to those, give `[...rootCertificates, mine]`
   * (`node:tls`). Default: Node's own, with those of `NODE_EXTRA_CA_CERTS`.
   */
  readonly ca?: PemTexts | undefined
  /** The certificate that is shown to servers that ask for one, and those that lead to its authority, PEM. Only with `key`. Default: none is shown. */
  readonly cert?: PemTexts | undefined
  /** Its private key, PEM. Only with `cert`. */
  readonly key?: string | Uint8Array | undefined
  /** Of `key`. */
  readonly passphrase?: string | undefined
}

const MEMBERS: readonly string[] = ['ca', 'cert', 'key', 'passphrase'] satisfies readonly (keyof TransportTls)[]

function isPem(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array
}

function listOf(member: string, value: PemTexts): readonly (string | Uint8Array)[] {
  const all = isPem(value) ? [value] : value
  if (!Array.isArray(all) || all.length === 0 || !all.every(isPem))
    throw new TypeError(`tls.${member} must be a PEM text, its bytes, or a list of them`)
  return all
}

/**
 * @returns `undefined` when nothing is given: then each connection has what is Node's default when it is made.
 * @throws TypeError that names the member.
 */
export function secureContextOf(given: TransportTls | undefined): SecureContext | undefined {
  if (given === undefined) return undefined
  if (typeof given !== 'object' || given === null) throw new TypeError('tls must be an object with ca, or cert and key')
  const unknown = Object.keys(given).find((name) => !MEMBERS.includes(name))
  if (unknown !== undefined) throw new TypeError(`tls.${unknown} is not known: give ${MEMBERS.join(', ')}`)
  const { key, passphrase } = given
  const ca = given.ca === undefined ? undefined : listOf('ca', given.ca)
  const cert = given.cert === undefined ? undefined : listOf('cert', given.cert)
  if ((cert === undefined) !== (key === undefined)) throw new TypeError('tls.cert and tls.key are given together')
  if (key !== undefined && !isPem(key)) throw new TypeError('tls.key must be a PEM text, or its bytes')
  const crypto = builtin('node:crypto')
  const tls = builtin('node:tls')
  if (crypto === undefined || tls === undefined) throw new TypeError('tls is for Node')
  const read = <T>(member: string, work: () => T): T => {
    try {
      return work()
    } catch (cause) {
      throw new TypeError(`tls.${member} cannot be read`, { cause })
    }
  }
  // Node leaves out without a word what it cannot read of an authority; then nothing would be trusted, and nobody told.
  for (const [index, text] of (ca ?? []).entries()) read(`ca[${index}]`, () => new crypto.X509Certificate(text))
  if (ca === undefined && cert === undefined) return undefined
  const trust = ca === undefined ? {} : { ca: [...ca] as string[] }
  const identity = cert === undefined ? {} : { cert: [...cert] as string[], key: key as string }
  return read(cert === undefined ? 'ca' : 'cert, or tls.key,', () =>
    tls.createSecureContext({ ...trust, ...identity, ...(passphrase === undefined ? {} : { passphrase }) }),
  )
}
