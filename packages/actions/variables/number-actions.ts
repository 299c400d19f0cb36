import { type ActionDefinition, listOf } from '@deskhand/robin';
import { boolean, inPlace, integer, number, output } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readBoolean, readNumber } from '../declare/read-argument.ts';
import { roundNumber } from '../text/number-text.ts';
import { variableErrors } from './errors.ts';

// These two run once per round in many loops: they make nothing but their answer.
const increase: ActionDefinition = {
  id: 'Variables.IncreaseVariable',
  title: 'Increase variable',
  summary: 'Adds to a number where it stands.',
  linux: 'core',
  errors: [],
  selectors: {
    '': {
      arguments: { Value: inPlace('number'), IncrementValue: number({ default: 1 }) },
      outputs: {},
      run: (call) => ({ changed: { Value: readNumber(call, 'Value') + readNumber(call, 'IncrementValue') } }),
    },
  },
};

const decrease: ActionDefinition = {
  id: 'Variables.DecreaseVariable',
  title: 'Decrease variable',
  summary: 'Takes from a number where it stands.',
  linux: 'core',
  errors: [],
  selectors: {
    '': {
      arguments: { Value: inPlace('number'), DecrementValue: number({ default: 1 }) },
      outputs: {},
      run: (call) => ({ changed: { Value: readNumber(call, 'Value') - readNumber(call, 'DecrementValue') } }),
    },
  },
};

const result = { Result: output('number', 'TruncatedValue') };

const truncate: ActionDefinition = {
  id: 'Variables.TruncateNumber',
  title: 'Truncate number',
  summary: 'The whole part, the decimal part, or the number rounded (halves away from zero).',
  linux: 'core',
  errors: [],
  selectors: {
    GetIntegerPart: {
      arguments: { Number: number() },
      outputs: result,
      run: (call) => ({ outputs: { Result: Math.trunc(readNumber(call, 'Number')) } }),
    },
    GetDecimalPart: {
      arguments: { Number: number() },
      outputs: result,
      run: (call) => {
        const value = readNumber(call, 'Number');
        return { outputs: { Result: Number((value - Math.trunc(value)).toPrecision(12)) } };
      },
    },
    RoundNumber: {
      arguments: { Number: number(), DecimalPlaces: integer({ default: 3 }) },
      outputs: result,
      run: (call) => ({
        outputs: { Result: roundNumber(readNumber(call, 'Number'), readNumber(call, 'DecimalPlaces')) },
      }),
    },
  },
};

export const RANDOM_NUMBERS_MAX = 1_000_000;

const randomNumber: ActionDefinition = {
  id: 'Variables.GenerateRandomNumber',
  title: 'Generate random number',
  summary: 'One whole number between two, both included, or a list of them.',
  linux: 'core',
  errors: [variableErrors.FailedToGenerateRandomNumberError],
  selectors: {
    RandomNumber: {
      arguments: { MinimumValue: integer({ default: 0 }), MaximumValue: integer({ default: 100 }) },
      outputs: { RandomNumber: output('number', 'RandomNumber') },
      run: (call) => {
        const draw = drawer(readNumber(call, 'MinimumValue'), readNumber(call, 'MaximumValue'), call.context.random);
        return { outputs: { RandomNumber: draw() } };
      },
    },
    ListOfRandomNumbers: {
      arguments: {
        MinimumValue: integer({ default: 0 }),
        MaximumValue: integer({ default: 100 }),
        NumbersCount: integer({ default: 10 }),
        AllowDuplicates: boolean({ default: false }),
      },
      outputs: { RandomNumbers: output('list', 'RandomNumbers') },
      run: (call) => {
        const [least, most] = [readNumber(call, 'MinimumValue'), readNumber(call, 'MaximumValue')];
        const count = readNumber(call, 'NumbersCount');
        const { random } = call.context;
        const draw = drawer(least, most, random);
        const mayRepeat = readBoolean(call, 'AllowDuplicates');
        if (count < 0 || count > RANDOM_NUMBERS_MAX) throw impossible(`${count} numbers at once are not made.`);
        if (!mayRepeat && count > most - least + 1) {
          throw impossible(`Between ${least} and ${most} there are fewer than ${count} different numbers.`);
        }
        const numbers = mayRepeat ? Array.from({ length: count }, draw) : different(least, most, count, random);
        return { outputs: { RandomNumbers: listOf(numbers) } };
      },
    },
  },
};

const impossible = (why: string) => failure(variableErrors.FailedToGenerateRandomNumberError, why);

function drawer(least: number, most: number, random: () => number): () => number {
  if (least > most) throw impossible(`The least value ${least} is above the most, ${most}.`);
  return () => least + Math.floor(random() * (most - least + 1));
}

/** Floyd's way to draw without repeats: one draw a number, however narrow the range is. */
function different(least: number, most: number, count: number, random: () => number): readonly number[] {
  const chosen = new Set<number>();
  for (let top = most - count + 1; top <= most; top += 1) {
    const drawn = least + Math.floor(random() * (top - least + 1));
    chosen.add(chosen.has(drawn) ? top : drawn);
  }
  return [...chosen];
}

export const numberActions = [increase, decrease, truncate, randomNumber];
