'use strict';
// What a terminal must not do, and how the library shows that it does not.

const assert = require('node:assert/strict');
const requests = require('./requests');

const { charge, fails, pairs, succeeds } = requests;

module.exports = async ({ settings, terminal, check, booked }) => {
    const till = terminal('main');
    const ask = (category, body, changes) => till.ask(till.request(category, body, changes));

    await check('a message that is not JSON, with its line', async () => {
        const { status, text } = await till.send(Buffer.from('{\n  "SaleToPOIRequest": {,\n}}'));
        assert.equal(status, 400);
        assert.match(text, /^\["Bad JSON:2: .+"\]$/);
    });
    for (const text of ['[]', '5', 'null']) {
        await check(`a document that is no object: ${text}`, async () => {
            const answer = await till.send(Buffer.from(text));
            assert.equal(answer.status, 400);
            assert.match(answer.text, /^\["Bad JSON:1: .+"\]$/);
        });
    }
    await check('a document without a request', async () => {
        const { status, text } = await till.send(Buffer.from('{"SaleToPOIMessage":{}}'));
        assert.equal(status, 400);
        assert.deepEqual(JSON.parse(text),
            { errors: ['At toplevel, field SaleToPOIRequest: Missing', 'At toplevel: Missing'] });
    });
    await check('a payment without its currency', async () => {
        const body = requests.payment(1);
        delete body.PaymentTransaction.AmountsReq.Currency;
        const { Response } = await ask('Payment', body);
        fails(Response, 'MessageFormat');
        const place = 'At SaleToPOIRequest.PaymentRequest.PaymentTransaction.AmountsReq';
        assert.equal(pairs(Response).get('errors'), `${place}, field Currency: Missing`);
    });
    await check('a message for another terminal', async () => {
        fails((await ask('Payment', requests.payment(1), { POIID: 'V400m-000000001' })).Response, 'UnavailableDevice');
    });
    await check('a category that is not served', async () => {
        const { Response } = await ask('StoredValue', {
            SaleData: requests.payment(1).SaleData,
            StoredValueData: [{ StoredValueTransactionType: 'Load', ItemAmount: 25, Currency: requests.CURRENCY }],
        });
        fails(Response, 'UnavailableService');
        assert.equal(Response.AdditionalResponse, 'Unavailable Device Service');
    });
    await check('another version of the protocol', async () => {
        const request = till.request('Payment', requests.payment(1), { ProtocolVersion: '2.0' });
        const { status, text } = await till.send(Buffer.from(JSON.stringify(request)));
        assert.equal(status, 200);
        fails(JSON.parse(text).SaleToPOIResponse.PaymentResponse.Response, 'UnavailableService');
    });

    const payment = till.request('Payment', requests.payment(6));
    await check('a ServiceID for the second time', async () => {
        const paid = await till.ask(payment);
        succeeds(paid.Response);
        booked(...charge(paid));
        const { Response } = await till.ask(payment);
        fails(Response, 'MessageFormat');
        const id = payment.SaleToPOIRequest.MessageHeader.ServiceID;
        assert.equal(pairs(Response).get('message'), `Repeated Message: ServiceID - ${id}`);
    });
    if (settings.secured) await secured({ settings, terminal, check, booked });
};

/** Refusals that only the secured form has. */
async function secured({ settings, terminal, check, booked }) {
    const till = terminal('main');
    const diagnosis = () => till.request('Diagnosis', { HostDiagnosisFlag: false });
    const wrong = {
        'another passphrase': { Passphrase: 'notthesupersecretpassphrase' },
        'a key that nobody has': { KeyIdentifier: 'nobodyskey' },
        'another version of the key': { KeyVersion: 2 },
        'another version of the cipher': { AdyenCryptoVersion: 2 },
    };
    for (const [what, change] of Object.entries(wrong)) {
        await check(what, async () => {
            const refused = await till.with({ key: { ...settings.key, ...change } }).refusal(diagnosis());
            assert.equal(refused.status, 401);
            assert.match(refused.text, /^\{"errors":\["Nexo Service: crypto error \(\d\)"\],"ServiceID":"-NULL-"\}$/);
        });
    }
    const bytes = () => Buffer.from(JSON.stringify(diagnosis()));
    const forged = {
        'another text': (message) => { message.NexoBlob = flip(message.NexoBlob); },
        'another nonce': (message) => { message.SecurityTrailer.Nonce = flip(message.SecurityTrailer.Nonce); },
        'another authentication code': (message) => { message.SecurityTrailer.Hmac = flip(message.SecurityTrailer.Hmac); },
        'another header in clear': (message) => { message.MessageHeader.SaleID = 'POS-9'; },
    };
    const texts = new Set();
    for (const [what, forge] of Object.entries(forged)) {
        await check(`forged: ${what}`, async () => {
            const message = JSON.parse(till.seal(bytes()));
            forge(message.SaleToPOIRequest);
            const { status, text } = await till.post(JSON.stringify(message));
            assert.equal(status, 401, text);
            texts.add(text);
        });
    }
    await check('forgeries are answered alike', () => assert.equal(texts.size, 1));
    await check('a secured payment that somebody recorded', async () => {
        const sealed = till.seal(Buffer.from(JSON.stringify(till.request('Payment', requests.payment(5)))));
        const answers = [];
        for (let turn = 0; turn < 2; turn += 1) {
            const { status, text } = await till.post(sealed);
            assert.equal(status, 200);
            answers.push(JSON.parse(till.open(text)).SaleToPOIResponse.PaymentResponse);
        }
        booked(...charge(answers[0]));
        succeeds(answers[0].Response);
        fails(answers[1].Response, 'MessageFormat');
    });
    await check('a clear message, which is answered with a remark', async () => {
        const clear = till.with({ key: undefined });
        const { Response } = await clear.ask(clear.request('Diagnosis', { HostDiagnosisFlag: false }));
        succeeds(Response);
        assert.match(pairs(Response).get('note'), /cleartext/);
    });
    await check('a key with a terminal that has none', async () => {
        const refused = await terminal('clear').refusal(diagnosis());
        assert.equal(refused.status, 401, refused.text);
    });
    // In clear the library does not look at the certificate (its class is for tests).
    await check('the library refuses a certificate of another name', async () => {
        const refused = await terminal('otherName').refusal(diagnosis());
        assert.equal(refused.text, "Couldn't verify certificate");
        assert.equal(refused.status, undefined);
    });
    await check('the library refuses a certificate of another root', async () => {
        const refused = await terminal('otherRoot').refusal(diagnosis());
        assert.match(refused.text, /certificate/);
        assert.equal(refused.status, undefined);
    });
}

/** The same base64 text with another first byte. */
function flip(text) {
    const bytes = Buffer.from(text, 'base64');
    bytes[0] ^= 1;
    return bytes.toString('base64');
}
