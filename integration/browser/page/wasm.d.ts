// What the bundler makes of the engines' WebAssembly: a URL to fetch.
declare module '@jitl/quickjs-ng-wasmfile-release-sync/wasm' {
  const url: string
  export default url
}
declare module '@jitl/quickjs-wasmfile-release-sync/wasm' {
  const url: string
  export default url
}
