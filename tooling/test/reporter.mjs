// The vitest reporter of `pnpm test`: writes one JSON record for the run to the file named by LOOPWRIGHT_REPORT.
import { writeFileSync } from 'node:fs'

const FAILURE_CHARS = 4000

/** `path/file.test.ts > outer > test`, relative to the suite's root. */
function fullName(test) {
  return `${test.module.relativeModuleId ?? test.module.moduleId} > ${test.fullName}`
}

// oxlint-disable-next-line import/no-default-export -- vitest loads a reporter by its default export
export default class RecordReporter {
  onTestRunEnd(testModules, unhandledErrors) {
    const record = { passed: 0, failed: 0, failures: [], notRun: [] }
    const fail = (name, errors) => {
      record.failed++
      const text = errors.map((error) => error.stack ?? error.message ?? String(error)).join('\n')
      record.failures.push({ name, text: text.slice(0, FAILURE_CHARS) })
    }
    for (const module of testModules) {
      // A file that cannot be collected (a syntax error, a throwing import) has no tests of its own to fail.
      const moduleErrors = module.errors()
      if (moduleErrors.length > 0) fail(module.relativeModuleId ?? module.moduleId, moduleErrors)
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) fail(`${module.relativeModuleId} > ${suite.fullName}`, suite.errors())
      }
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') record.passed++
        else if (result.state === 'failed') fail(fullName(test), result.errors)
        else record.notRun.push({ name: fullName(test), reason: result.note ?? 'skipped without a reason' })
      }
    }
    for (const error of unhandledErrors) fail('outside any test', [error])
    writeFileSync(process.env.LOOPWRIGHT_REPORT, JSON.stringify(record))
  }
}
