// The members of pg that tests use. Its own declarations would be one more package to keep.
declare module 'pg' {
  class Client {
    constructor(config: { readonly connectionString: string })
    connect(): Promise<void>
    end(): Promise<void>
    on(event: 'error' | 'end', listener: (error?: Error) => void): this
    query<Row>(config: {
      readonly text: string
      readonly rowMode: 'array'
      readonly types?: { getTypeParser(): (text: string) => string }
    }): Promise<{ readonly rows: Row[] | undefined }>
    query(text: string): Promise<unknown>
    query(stream: unknown): unknown
    query(config: object): Promise<never>
  }
  const pg: { readonly Client: typeof Client }
  export default pg
}
