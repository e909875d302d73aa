'use strict';
// Payments whose answer does not come: what the till finds out by asking for their status.

const assert = require('node:assert/strict');
const { setTimeout: sleep } = require('node:timers/promises');
const requests = require('./requests');

const { charge, fails, repeated } = requests;

module.exports = async ({ settings, terminal, check, booked }) => {
    for (const fault of settings.faults) {
        // Longer than the late answer, shorter than the one that never comes.
        const till = terminal(fault).with({ patience: 8000 });
        const payment = till.request('Payment', requests.payment(12.34));
        await check(`${fault}: a status settles it`, async () => {
            booked(...charge(await pay(till, payment) ?? await settle(till, payment)));
        });
        // That terminal loses every request for money.
        if (fault === 'lost-request') continue;
        await check(`${fault}: the same message again is refused`, async () => {
            const { text } = await till.send(Buffer.from(JSON.stringify(payment)));
            fails(JSON.parse(text).SaleToPOIResponse.PaymentResponse.Response, 'MessageFormat');
        });
    }
};

/** The answer, if it is one that a till can trust. */
async function pay(till, payment) {
    let answer;
    try {
        answer = await till.ask(payment);
    } catch {
        return undefined;
    }
    // A condition that a till does not know may stand for anything.
    const { Result, ErrorCondition } = answer.Response;
    return Result === 'Failure' && !KNOWN.includes(ErrorCondition) ? undefined : answer;
}

/** What became of the payment; `undefined` if it never came. */
async function settle(till, payment) {
    for (;;) {
        let told;
        try {
            told = await till.ask(till.request('TransactionStatus', requests.status(payment)));
        } catch (error) {
            // It restarts.
            assert.match(error.message, /socket hang up|ECONNREFUSED|ECONNRESET/);
        }
        const condition = told?.Response.ErrorCondition;
        if (condition === 'NotFound') return undefined;
        if (told && condition !== 'InProgress') return repeated(told).body;
        await sleep(200);
    }
}

const KNOWN = ['Aborted', 'Busy', 'Cancel', 'MessageFormat', 'Refusal', 'UnavailableDevice', 'UnavailableService'];
