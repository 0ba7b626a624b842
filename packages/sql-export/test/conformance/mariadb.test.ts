// The conformance suite of drivers, on a MariaDB server.
import { openMysql } from '../../src/mysql/index.ts'
import type { ConformanceTarget } from '../../src/testing/index.ts'
import { destinationConformance, sourceConformance } from '../../src/testing/index.ts'
import { makeMariadb, mariadbTest } from '../server/mariadb.ts'

const urls = new WeakMap<object, string>()
const target: ConformanceTarget = {
  name: 'mysql2',
  words: {
    text: 'varchar(190)',
    bytes: 'longblob',
    generatedKey: 'bigint NOT NULL AUTO_INCREMENT PRIMARY KEY',
    bytesLiteral: "x'00ff5c0a'",
    doublesBackslashes: true,
  },
  open: async () => {
    const url = await makeMariadb()
    const handle = await openMysql(url)
    urls.set(handle, url)
    return { handle, dispose: () => handle.close() }
  },
  openAgain: (handle) => openMysql(urls.get(handle) ?? ''),
}

for (const { name, run } of [...sourceConformance(target), ...destinationConformance(target)]) mariadbTest(name, run)
