// PGlite instances for tests: the first of a process makes a cluster, which takes seconds; the others begin with a copy of it.
import { PGlite } from '@electric-sql/pglite'

type Prepared = Awaited<ReturnType<PGlite['dumpDataDir']>>
let prepared: Promise<Prepared> | undefined

async function prepare(): Promise<Prepared> {
  const instance = await PGlite.create()
  try {
    return await instance.dumpDataDir('none')
  } finally {
    await instance.close()
  }
}

/** A new instance in memory, whose database is empty. Whoever makes it closes it. */
export async function makePglite(): Promise<PGlite> {
  prepared ??= prepare()
  return PGlite.create({ loadDataDir: await prepared })
}
