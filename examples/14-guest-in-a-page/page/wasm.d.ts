// What the bundler makes of the engine's WebAssembly: a URL to fetch.
declare module '@jitl/quickjs-ng-wasmfile-release-sync/wasm' {
  const url: string
  export default url
}
