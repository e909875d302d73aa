'use strict';
// Several requests at once: a payment waits for its card meanwhile.

const assert = require('node:assert/strict');
const { setTimeout: sleep } = require('node:timers/promises');
const requests = require('./requests');

const { charge, fails, pairs, repeated, succeeds } = requests;

module.exports = async ({ terminal, check, booked }) => {
    const till = terminal('slow');
    const other = till.with({ saleId: 'POS-2' });
    const ask = (category, body) => till.ask(till.request(category, body));

    let first;
    let open;
    await check('a payment waits for its card', async () => {
        [first, open] = await begin(till);
        assert.ok(await isPending(open));
    });
    for (const [who, name] of [[till, 'this till'], [other, 'another till']]) {
        await check(`a second payment of ${name} is refused as busy`, async () => {
            const refused = await who.ask(who.request('Payment', requests.payment(1)));
            fails(refused.Response, 'Busy');
            assert.equal(pairs(refused.Response).get('serviceId'), first.SaleToPOIRequest.MessageHeader.ServiceID);
        });
    }
    await check('its status is in progress', async () => {
        fails((await ask('TransactionStatus', requests.status(first))).Response, 'InProgress');
    });
    await check('an abort of another payment is ignored', async () => {
        assert.equal(await ask('Abort', requests.abort(till.request('Payment', {}))), undefined);
        assert.ok(await isPending(open));
    });
    await check('an abort is answered by nothing', async () => {
        assert.equal(await ask('Abort', requests.abort(first)), undefined);
    });
    let stopped;
    await check('the payment is aborted', async () => {
        stopped = await open;
        fails(stopped.Response, 'Aborted');
        assert.equal(stopped.PaymentResult?.AmountsResp, undefined);
    });
    await check('its status repeats the answer', async () => {
        const told = repeated(await ask('TransactionStatus', requests.status(first)));
        assert.deepEqual(told.body, stopped);
        assert.equal(told.header.ServiceID, first.SaleToPOIRequest.MessageHeader.ServiceID);
    });

    const lost = till.request('Payment', requests.payment(9.9));
    await check('a till that does not wait for the answer gets an error', async () => {
        const refused = await till.with({ patience: 1500 }).refusal(lost);
        assert.equal(refused.status, undefined);
    });
    await check('its payment goes on', async () => {
        fails((await ask('TransactionStatus', requests.status(lost))).Response, 'InProgress');
        await ask('Abort', requests.abort(lost));
    });
    await check('and ends as a status tells', async () => {
        let told;
        do {
            await sleep(50);
            told = await ask('TransactionStatus', requests.status(lost));
        } while (told.Response.ErrorCondition === 'InProgress');
        fails(repeated(told).body.Response, 'Aborted');
    });
    await check('the terminal is free again', async () => {
        const { Response, POIStatus } = await ask('Diagnosis', { HostDiagnosisFlag: false });
        succeeds(Response);
        assert.equal(POIStatus.GlobalStatus, 'OK');
    });

    await check('an abort that comes too late leaves the payment approved', async () => {
        const late = terminal('approvesAnyway');
        const [payment, waiting] = await begin(late);
        // Long enough for the terminal to ask for the card: an abort before that still stops it.
        await sleep(2000);
        assert.equal(await late.ask(late.request('Abort', requests.abort(payment))), undefined);
        const paid = await waiting;
        booked(...charge(paid));
        const told = await late.ask(late.request('TransactionStatus', requests.status(payment)));
        assert.deepEqual(repeated(told).body, paid);
        succeeds(paid.Response);
    });

    // An abort while the payment is still being stored.
    for (let turn = 1; turn <= 10; turn += 1) {
        await check(`an abort at once leaves the terminal fit for the next payment, ${turn}`, async () => {
            const [payment, waiting] = await begin(till);
            assert.equal(await ask('Abort', requests.abort(payment)), undefined);
            fails((await waiting).Response, 'Aborted');
        });
    }
};

/**
 * Begins a payment: the request that is in progress, and its answer to come. Whether it is in progress a diagnosis tells,
 * since a status that came too early would be answered by NotFound.
 */
async function begin(till) {
    for (;;) {
        const request = till.request('Payment', requests.payment(7.4));
        const open = till.ask(request);
        let ended;
        open.then((answer) => { ended = answer; }, (error) => { ended = error; });
        while (!ended) {
            const { POIStatus } = await till.ask(till.request('Diagnosis', { HostDiagnosisFlag: false }));
            if (POIStatus.GlobalStatus === 'Busy') return [request, open];
            await sleep(20);
        }
        // The diagnosis may have come first, and then it is the dialogue that the terminal is busy with.
        assert.match(pairs(ended.Response ?? {}).get('message') ?? '', /DiagnosisRequest is in Progress/, JSON.stringify(ended));
    }
}

async function isPending(promise) {
    const nothing = Symbol('nothing');
    return await Promise.race([promise, sleep(50, nothing)]) === nothing;
}
