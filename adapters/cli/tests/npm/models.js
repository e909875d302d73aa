'use strict';
// A day of a till that is written with the models of the library.

const assert = require('node:assert/strict');
const { Types } = require('@adyen/api-library');
const requests = require('./requests');

const { CURRENCY, charge, fails, pairs, repeated, succeeds } = requests;
const { GlobalStatusType } = Types.terminal;

module.exports = async ({ settings, terminal, check, booked }) => {
    const till = terminal('main');
    const send = async (request) => {
        const answer = await till.ask(request);
        if (/^(Payment|Reversal)$/.test(request.SaleToPOIRequest.MessageHeader.MessageCategory)) {
            booked(...charge(answer));
        }
        return answer;
    };
    const ask = (category, body, changes) => send(till.request(category, body, changes));

    await check('login', async () => {
        const login = await ask('Login', requests.LOGIN);
        succeeds(login.Response);
        assert.ok(login.POISystemData.POISoftware.ApplicationName);
    });
    await check('payment within a session needs no ProtocolVersion', async () => {
        const paid = await ask('Payment', requests.payment(4.5), { ProtocolVersion: undefined });
        succeeds(paid.Response);
    });

    let payment;
    let paid;
    await check('payment', async () => {
        payment = till.request('Payment', requests.payment(10.99));
        paid = await send(payment);
        succeeds(paid.Response);
        const { AmountsResp, PaymentAcquirerData, PaymentInstrumentData } = paid.PaymentResult;
        assert.deepEqual(AmountsResp, { Currency: CURRENCY, AuthorizedAmount: 10.99 });
        assert.ok(PaymentAcquirerData.ApprovalCode);
        assert.match(PaymentInstrumentData.CardData.MaskedPan, /^[\dX*]+$/i);
        assert.doesNotMatch(PaymentInstrumentData.CardData.MaskedPan, /^\d+$/, 'a whole card number');
        assert.ok(paid.POIData.POITransactionID.TransactionID);
        assert.ok(!Number.isNaN(Date.parse(paid.POIData.POITransactionID.TimeStamp)));
        assert.deepEqual(paid.SaleData.SaleTransactionID.TransactionID,
            payment.SaleToPOIRequest.PaymentRequest.SaleData.SaleTransactionID.TransactionID);
    });
    await check('receipts of a payment, for both', () => {
        const whose = paid.PaymentReceipt.map((receipt) => receipt.DocumentQualifier);
        assert.deepEqual([...whose].sort(), ['CashierReceipt', 'CustomerReceipt']);
        for (const receipt of paid.PaymentReceipt) {
            const lines = receipt.OutputContent.OutputText.map(({ Text }) => new URLSearchParams(Text).get('name'));
            assert.ok(lines.some((line) => /10\.99/.test(line)), lines.join('|'));
        }
    });
    await check('status of the payment', async () => {
        const told = repeated(await ask('TransactionStatus', requests.status(payment)));
        assert.deepEqual(told.body, paid);
        assert.equal(told.header.ServiceID, payment.SaleToPOIRequest.MessageHeader.ServiceID);
    });
    await check('status of the last transaction', async () => {
        assert.deepEqual(repeated(await ask('TransactionStatus', requests.status())).body, paid);
    });
    await check('status of a payment that never was', async () => {
        const told = await ask('TransactionStatus', requests.status(till.request('Payment', {})));
        fails(told.Response, 'NotFound');
        const last = payment.SaleToPOIRequest.MessageHeader.ServiceID;
        assert.match(pairs(told.Response).get('message'), new RegExp(`ServiceID=${last}$`));
    });
    await check('abort of a payment that has ended changes nothing', async () => {
        assert.equal(await ask('Abort', requests.abort(payment)), undefined);
        assert.deepEqual(repeated(await ask('TransactionStatus', requests.status(payment))).body, paid);
    });
    await check('payment that is declined', async () => {
        const declined = await ask('Payment', requests.payment(8.51));
        fails(declined.Response, 'Refusal');
        assert.equal(declined.PaymentResult?.AmountsResp, undefined);
    });
    await check('payment that is approved in part', async () => {
        const { Response, PaymentResult } = await ask('Payment', requests.payment(8.3));
        assert.equal(Response.Result, 'Partial');
        assert.equal(PaymentResult.AmountsResp.AuthorizedAmount, 4.15);
    });
    await check('payment that the card holder stops', async () => {
        fails((await ask('Payment', requests.payment(8.07))).Response, 'Cancel');
    });
    let last = paid;
    if (settings.behindOpi) {
        await check('reversal of a payment that is not the last', async () => {
            fails((await ask('Reversal', requests.reversal(paid))).Response, 'NotAllowed');
        });
        last = await ask('Payment', requests.payment(10.99));
    }
    await check('reversal', async () => {
        const reversed = await ask('Reversal', requests.reversal(last));
        succeeds(reversed.Response);
        assert.equal(reversed.ReversedAmount, 10.99);
    });
    await check('reversal of what is reversed', async () => {
        assert.equal((await ask('Reversal', requests.reversal(last))).Response.Result, 'Failure');
    });
    await check('reversal of a transaction that never was', async () => {
        const named = { TransactionID: 'unheard-of.1', TimeStamp: new Date().toISOString() };
        const { Response } = await ask('Reversal', requests.reversal({ POIData: { POITransactionID: named } }));
        fails(Response, 'NotFound');
    });
    await check('refund', async () => {
        const refunded = await ask('Payment', requests.refund(3.25));
        succeeds(refunded.Response);
        assert.equal(refunded.PaymentResult.PaymentType, 'Refund');
        assert.equal(refunded.PaymentResult.AmountsResp.AuthorizedAmount, 3.25);
    });
    await check('diagnosis', async () => {
        const diagnosis = await ask('Diagnosis', { HostDiagnosisFlag: true });
        succeeds(diagnosis.Response);
        assert.equal(diagnosis.POIStatus.GlobalStatus, GlobalStatusType.Ok);
        assert.equal(diagnosis.HostStatus[0].IsReachableFlag, true);
    });
    await check('display', async () => {
        const [result] = (await ask('Display', requests.DISPLAY)).OutputResult;
        assert.equal(result.Device, 'CustomerDisplay');
        served(settings, result.Response);
    });
    await check('input', async () => {
        const answer = await ask('Input', requests.INPUT);
        if (served(settings, (answer.InputResult ?? answer).Response)) {
            assert.deepEqual(answer.InputResult.Input, { InputCommand: 'GetConfirmation', ConfirmedFlag: true });
        }
    });
    await check('print', async () => {
        const printed = await ask('Print', requests.PRINT);
        if (served(settings, printed.Response)) assert.equal(printed.DocumentQualifier, 'Document');
    });
    await check('totals', async () => {
        const totals = await ask('GetTotals', {});
        succeeds(totals.Response);
    });
    await check('logout', async () => {
        succeeds((await ask('Logout', {})).Response);
    });
    await check('payment without session or ProtocolVersion', async () => {
        const { Response } = await ask('Payment', requests.payment(4.5), { ProtocolVersion: undefined });
        fails(Response, 'MessageFormat');
        assert.equal(pairs(Response).get('errors'), 'At SaleToPOIRequest.MessageHeader, field ProtocolVersion: Missing');
    });
};

/** Whether the till may use the devices of the terminal. OPI has no words for that, and the answer must say so. */
function served({ behindOpi }, response) {
    if (behindOpi) fails(response, 'UnavailableDevice');
    else succeeds(response);
    return !behindOpi;
}
