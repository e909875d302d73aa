// What the module says of messages:  OPI_WASM=.../opi_wasm.wasm node --test adapters/wasm
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { env } from 'node:process'
import { test } from 'node:test'

import { load } from './decode.mjs'

const decode = await load(await readFile(env.OPI_WASM))
const text = message => decode(new TextEncoder().encode(message))

const answer = card => `<CardServiceResponse WorkstationID="lane-1" RequestID="1001" RequestType="CardPayment"
    OverallResult="Success"><Tender><TotalAmount Currency="CHF">25.00</TotalAmount>
    <Authorisation ApprovalCode="123456" CardPAN="${card}"/></Tender></CardServiceResponse>`

test('an answer is shown, and its card is not', () => {
    const shown = text(answer('4111111111111111'))
    const { CardServiceResponse: response } = shown
    assert.equal(response.header.requestId, '1001')
    const all = JSON.stringify(shown)
    assert.match(all, /Success/)
    assert.match(all, /123456/)
    assert.match(all, /\*{6,}1111/)
    assert.doesNotMatch(all, /4111/)
})

test('what cannot be read is told with its place', () => {
    const whole = answer('x')
    for (const message of ['', 'hello', whole.slice(0, 150), '<!DOCTYPE a><a/>']) {
        const { error, offset } = text(message)
        assert.ok(error, message)
        assert.ok(offset <= message.length, `${offset}`)
    }
    // And the next message is read as if nothing had been.
    assert.ok(text(whole).CardServiceResponse)
})

test('a message longer than any is refused', () => {
    assert.equal(decode(new Uint8Array(1 << 20)).error, 'too long')
})

test('a long message fits', async () => {
    const corpus = new URL('../../benches/corpus/', import.meta.url)
    for (const name of ['05-device-request-40-lines', '07-ejournal-64k']) {
        const shown = decode(await readFile(new URL(`${name}.xml`, corpus)))
        assert.ok(shown.DeviceRequest, JSON.stringify(shown).slice(0, 200))
    }
})
