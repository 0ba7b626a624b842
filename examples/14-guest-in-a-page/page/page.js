// Sends the script to the worker, shows what came of it, and ends a worker that does not answer.
const ANSWER_WITHIN_MS = 5000
const element = (id) => document.getElementById(id)

let worker
/** What the worker says next. */
function nextMessage() {
  return new Promise((resolve) => {
    worker.addEventListener('message', ({ data }) => resolve(data), { once: true })
  })
}
function openWorker() {
  worker = new Worker('/worker.js', { type: 'module' })
  return nextMessage()
}
let ready = openWorker()

function show(state, { value, code, lines }) {
  element('state').textContent = state
  element('answer').textContent = value ?? code ?? ''
  element('lines').textContent = lines.join('\n')
}

element('run').addEventListener('click', async () => {
  element('run').disabled = true
  await ready
  const answered = nextMessage()
  worker.postMessage(element('script').value)
  const late = new Promise((resolve) => {
    setTimeout(resolve, ANSWER_WITHIN_MS)
  })
  const answer = await Promise.race([answered, late])
  if (answer === undefined) {
    worker.terminate()
    ready = openWorker()
    show('the worker was ended', { lines: [] })
  } else show(answer.code === undefined ? 'done' : 'refused', answer)
  element('run').disabled = false
})
