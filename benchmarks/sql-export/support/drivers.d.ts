// The members of pg and pg-copy-streams that the floors use.
declare module 'pg' {
  class Client {
    constructor(config: { readonly connectionString: string })
    connect(): Promise<void>
    end(): Promise<void>
    query<Row>(text: string, values?: readonly string[]): Promise<{ readonly rows: Row[] }>
    query<Stream extends object>(stream: Stream): Stream
  }
  const pg: { readonly Client: typeof Client }
  type ClientOfPg = Client
  namespace pg {
    type Client = ClientOfPg
  }
  export default pg
}
declare module 'pg-copy-streams' {
  import type { Readable, Writable } from 'node:stream'
  const streams: {
    to(sql: string): Readable & { readonly rowCount: number }
    from(sql: string): Writable & { readonly rowCount: number }
  }
  export default streams
}
