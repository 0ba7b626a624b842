// The paths of the service. `:name` stands for one part of a path.
import type { Exchange } from './exchange.ts'

export type Handler = (exchange: Exchange, parts: Readonly<Record<string, string>>) => Promise<void> | void

interface Route {
  readonly method: string
  readonly parts: readonly string[]
  readonly handler: Handler
}

export class Routes {
  readonly #routes: Route[] = []

  on(method: string, path: string, handler: Handler): this {
    this.#routes.push({ method, parts: path.split('/'), handler })
    return this
  }
  /** The handler of a request, `undefined` when there is none, or the methods that its path has. */
  find(method: string, path: string): { readonly handler: Handler; readonly parts: Record<string, string> } | readonly string[] {
    const given = path.split('/')
    const allowed: string[] = []
    for (const route of this.#routes) {
      const parts = match(route.parts, given)
      if (parts === undefined) continue
      if (route.method === method) return { handler: route.handler, parts }
      allowed.push(route.method)
    }
    return allowed
  }
}

function match(wanted: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (wanted.length !== given.length) return undefined
  const parts: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ''
    if (part.startsWith(':')) parts[part.slice(1)] = value
    else if (part !== value) return undefined
  }
  return parts
}
