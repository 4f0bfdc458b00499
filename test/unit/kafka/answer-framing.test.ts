import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerFraming } from '../../../src/kafka/kafkajs/answer-framing.ts';
import { runs } from '../../support/fuzzing.ts';

const kiB = 1024;

function answerOf(bytes: number, fill: number): Buffer {
  const answer = Buffer.alloc(4 + bytes, fill);
  answer.writeInt32BE(bytes);
  return answer;
}

function collecting(): { readonly framing: AnswerFraming; readonly answers: Buffer[] } {
  const answers: Buffer[] = [];
  return { framing: new AnswerFraming(1024 ** 3, (answer) => answers.push(answer)), answers };
}

const macrotask = () => new Promise((resolve) => setImmediate(resolve));

describe('answers of a broker', () => {
  it('come out whole, wherever the socket cuts them', () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 4, max: 20 }), fc.integer({ min: 60 * kiB, max: 200 * kiB })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(sizes, fc.array(fc.integer({ min: 1, max: 70 * kiB }), { minLength: 1 }), (lengths, reads) => {
        const sent = lengths.map((length, index) => answerOf(length, index + 1));
        const stream = Buffer.concat(sent);
        const { framing, answers } = collecting();
        for (let at = 0, read = 0; at < stream.length; read++) {
          const end = at + reads[read % reads.length]!;
          framing.push(stream.subarray(at, end));
          at = end;
        }
        expect(answers.map((answer) => answer.toString('latin1'))).toEqual(
          sent.map((answer) => answer.toString('latin1')),
        );
      }),
      runs(60),
    );
  });

  it('of a large size stay as they are until the next macrotask, and share their memory after it', async () => {
    const { framing, answers } = collecting();
    framing.push(Buffer.concat([answerOf(100 * kiB, 1), answerOf(100 * kiB, 2)]));
    expect(answers.map((answer) => answer.at(-1))).toEqual([1, 2]);
    await macrotask();
    framing.push(answerOf(90 * kiB, 3));
    expect(answers[2]?.buffer).toBe(answers[0]?.buffer);
    expect(answers.map((answer) => answer.at(50 * kiB))).toEqual([3, 2, 3]);
  });

  it('are refused when their length can’t be one: it is no Kafka broker that answers', () => {
    const { framing } = collecting();
    expect(() => framing.push(Buffer.from('HTTP/1.1 400 Bad Request'))).toThrow(/an answer of 1213486160 bytes/);
  });
});
