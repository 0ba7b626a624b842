// A page in a real Chromium: bundled for browsers, served on loopback, asked over DevTools.
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import puppeteer from 'puppeteer-core'
import type { Page } from 'puppeteer-core'

const found = ['chromium', 'chromium-browser', 'google-chrome']
  .map((name) => spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim())
  .find((path) => path !== '')

/** Why no page can be opened; `undefined` when one can. */
export const noChromium: string | undefined = found === undefined ? 'needs chromium: not installed' : undefined

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }

/** @returns the files of a page whose script is `entry`, by name; throws when it reaches a module of Node. */
export async function bundlePage(folder: string, entries: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: entries.map((entry) => join(folder, entry)),
    bundle: true,
    platform: 'browser',
    format: 'esm',
    splitting: true,
    minify: true,
    target: 'es2022',
    loader: { '.wasm': 'file' },
    assetNames: '[name]-[hash]',
    outdir: 'page',
    publicPath: '/',
    logLevel: 'silent',
    write: false,
  })
  return new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]))
}

export interface Visit extends AsyncDisposable {
  readonly page: Page
  /** What the page threw or printed as an error. */
  readonly problems: readonly string[]
}
/** Opens the page at an address in a browser of its own. */
export async function visit(url: string): Promise<Visit> {
  const browser = await puppeteer.launch({ executablePath: found ?? '', args: FLAGS, timeout: 100_000 })
  const problems: string[] = []
  const close = (): Promise<void> => browser.close()
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(100_000)
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    await page.goto(url)
    return { page, problems, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

export interface OpenPage extends Visit {
  /** Calls what the page has under this name in `scenarios`, and resolves with what it resolved with, as JSON carries it. */
  ask(name: string, ...args: readonly unknown[]): Promise<unknown>
}

/** Serves the files on loopback and opens a page over `script`. */
export async function openPage(files: ReadonlyMap<string, Uint8Array>, script: string, policy: string): Promise<OpenPage> {
  const html = new TextEncoder().encode(
    `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="/${script}"></script>`,
  )
  const server = createServer(({ url = '/' }, response) => {
    const name = url === '/' ? 'index.html' : url.slice(1)
    const body = url === '/' ? html : files.get(name)
    const type = TYPES[name.slice(name.lastIndexOf('.'))] ?? 'application/octet-stream'
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type, 'content-security-policy': policy })
    response.end(body)
  })
  const port = await listen(server)
  const closeServer = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  let visited: Visit | undefined
  try {
    visited = await visit(`http://127.0.0.1:${port}/`)
    const { page, problems } = visited
    await page.waitForFunction('globalThis.scenarios !== undefined')
    return {
      page,
      problems,
      ask: (name, ...args) => page.evaluate(`scenarios[${JSON.stringify(name)}](...${JSON.stringify(args)})`),
      [Symbol.asyncDispose]: async () => {
        await visited?.[Symbol.asyncDispose]()
        await closeServer()
      },
    }
  } catch (error) {
    await visited?.[Symbol.asyncDispose]()
    await closeServer()
    throw error
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}
