// First step of each root script, in plain JavaScript: says what is missing before a tool fails with a riddle.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
// Below 22.18 Node runs no TypeScript, so the first `.ts` file would end in ERR_UNKNOWN_FILE_EXTENSION.
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `preflight: this script runs on Node ${process.versions.node}, but needs the Node 24 that the npm package "node" brings.\n` +
      'preflight: the install script of that package did not run. Allow install scripts (npm config delete ignore-scripts; pnpm: no\n' +
      'preflight: ignore-scripts in .npmrc), then run: npx -y pnpm@12 rebuild node\n',
  )
  process.exitCode = 1
}
