// Shows what `/live` sends. Everything is set as text: names and codes come from customers.
const element = (id) => document.getElementById(id)

function fill(id, rows) {
  element(id).replaceChildren(
    ...rows.map((cells) => {
      const row = document.createElement('tr')
      for (const cell of cells) row.insertCell().textContent = String(cell)
      return row
    }),
  )
}

const round = (number) => (Number.isInteger(number) ? number : Math.round(number * 100) / 100)
const entries = (record) => Object.entries(record).map(([name, value]) => [name, round(value)])

function show({ runs, queues, loop, sandboxes, outcomes, latency, latest }) {
  element('state').textContent = runs === 'queue' ? 'runs in workers of the queue' : 'runs in this process'
  element('state').className = ''
  fill('queues', entries(queues))
  fill('loop', [
    ['busy', `${Math.round(loop.utilization * 100)} %`],
    ['callbacks a second', Math.round(loop.callbacksPerSecond)],
    ['lag', `${round(loop.lagMs)} ms`],
  ])
  fill('sandboxes', entries(sandboxes))
  fill('outcomes', entries(outcomes))
  // As an image, the drawing can run nothing.
  element('latency').src = `data:image/svg+xml,${encodeURIComponent(latency)}`
  fill(
    'latest',
    latest.map(({ script, version, outcome, elapsedMs }) => [
      `${script} v${version}`,
      outcome,
      elapsedMs === undefined ? '…' : `${Math.round(elapsedMs)} ms`,
    ]),
  )
}

const source = new EventSource('/live')
source.addEventListener('state', ({ data }) => show(JSON.parse(data)))
source.addEventListener('error', () => {
  element('state').textContent = 'the service does not answer'
  element('state').className = 'down'
})
