'use strict';
// Bodies of requests, and what tills look for in answers.

const assert = require('node:assert/strict');
const { Types } = require('@adyen/api-library');
const { ReversalReasonType } = Types.terminal;

const CURRENCY = 'EUR';
let count = 0;

function saleData() {
    count += 1;
    return { SaleTransactionID: { TransactionID: `T-${count}`, TimeStamp: new Date().toISOString() } };
}

function payment(amount, more = {}) {
    return {
        SaleData: saleData(),
        PaymentTransaction: { AmountsReq: { Currency: CURRENCY, RequestedAmount: amount } },
        ...more,
    };
}

/** Gives money back that no payment is named for. */
function refund(amount) {
    return payment(amount, { PaymentData: { PaymentType: 'Refund' } });
}

function reversal(paid) {
    return {
        OriginalPOITransaction: { POITransactionID: paid.POIData.POITransactionID },
        ReversalReason: ReversalReasonType.MerchantCancel,
    };
}

/** The name of a message that was sent. */
function reference(request) {
    const { MessageCategory, SaleID, ServiceID } = request.SaleToPOIRequest.MessageHeader;
    return { MessageCategory, SaleID, ServiceID };
}

function abort(request) {
    return { AbortReason: 'MerchantAbort', MessageReference: reference(request) };
}

/** Of the last transaction without a request. */
function status(request) {
    if (!request) return {};
    return {
        MessageReference: reference(request),
        ReceiptReprintFlag: true,
        DocumentQualifier: ['CashierReceipt', 'CustomerReceipt'],
    };
}

/** A text for the customer. */
function screen(text) {
    return {
        Device: 'CustomerDisplay',
        InfoQualify: 'Display',
        OutputContent: { OutputFormat: 'Text', OutputText: [{ Text: text }] },
    };
}

const DISPLAY = { DisplayOutput: [screen('Two coffees')] };

const INPUT = {
    DisplayOutput: {
        ...screen('Receipt by mail?'),
        OutputContent: {
            OutputFormat: 'Text',
            PredefinedContent: { ReferenceID: 'GetConfirmation' },
            OutputText: [{ Text: 'Receipt by mail?' }, { Text: 'No' }, { Text: 'Yes' }],
        },
    },
    InputData: { Device: 'CustomerInput', InfoQualify: 'Input', InputCommand: 'GetConfirmation', MaxInputTime: 30 },
};

const PRINT = {
    PrintOutput: {
        DocumentQualifier: 'Document',
        ResponseMode: 'PrintEnd',
        OutputContent: { OutputFormat: 'Text', OutputText: [{ Text: 'Thank you' }] },
    },
};

const LOGIN = {
    DateTime: new Date().toISOString(),
    SaleSoftware: {
        ManufacturerID: 'ExampleCo',
        ApplicationName: 'Till',
        SoftwareVersion: '1.0',
        CertificationCode: 'NA',
    },
    OperatorLanguage: 'en',
    OperatorID: 'Clerk12',
    SaleTerminalData: { TotalsGroupID: 'G1' },
};

/** The pairs of an `AdditionalResponse`. */
function pairs(response) {
    return new URLSearchParams(response.AdditionalResponse ?? '');
}

function succeeds(response) {
    assert.equal(response.Result, 'Success', JSON.stringify(response));
    assert.equal(response.ErrorCondition, undefined);
}

function fails(response, condition) {
    assert.equal(response.Result, 'Failure', JSON.stringify(response));
    assert.equal(response.ErrorCondition, condition, JSON.stringify(response));
}

/** The answer that a status repeats. */
function repeated(told) {
    succeeds(told.Response);
    const { RepeatedResponseMessageBody: body, MessageHeader: header } = told.RepeatedMessageResponse;
    return { header, body: body.PaymentResponse ?? body.ReversalResponse };
}

/** What a till writes into its books for the body of an answer: nothing, or a direction and an amount. */
function charge(body) {
    if (!body || body.Response.Result === 'Failure') return [];
    if (body.ReversedAmount !== undefined) return ['credit', body.ReversedAmount];
    const { PaymentType, AmountsResp } = body.PaymentResult;
    return [PaymentType === 'Refund' ? 'credit' : 'debit', AmountsResp.AuthorizedAmount];
}

module.exports = {
    CURRENCY, DISPLAY, INPUT, LOGIN, PRINT, abort, charge, fails, pairs, payment, refund, repeated, reversal,
    status, succeeds,
};
