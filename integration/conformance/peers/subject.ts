// What the comparison asks of a sandbox, ours or another's: a tenant of its own for each program, set up as its documentation advises.

/** One deadline for all: for the adapter it is the hard limit, for the others the time after which they are told to stop the guest. */
export const DEADLINE_MS = 250
export const MEMORY_BYTES: number = 64 * 1024 * 1024

/** How one program ended, as the host's code saw it. */
export interface TenantEnd {
  /**
   * `value`: a result was handed out. `error`: an error of the guest or a limit, as this library reports them. `host`: an exception that is
   * neither came out of the library, such as a trap of the engine or an overflow of the host's own stack.
   */
  readonly how: 'value' | 'error' | 'host'
  /** Whether the library was told to stop the program before it ended. */
  readonly stopped: boolean
  readonly value?: unknown
  readonly detail?: string | undefined
}

export interface Tenant {
  /** Whether more can be evaluated in it. */
  readonly usable: boolean
  /** Evaluates a script, runs the jobs it leaves, and copies its result out. Never throws or rejects. */
  run(source: string): Promise<TenantEnd>
  close(): void
}

export interface Subject {
  readonly versions: string
  /** Opens a tenant that shares with others what the library's documentation lets tenants share. */
  open(): Promise<Tenant>
}

export function detailOf(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 200)
}
