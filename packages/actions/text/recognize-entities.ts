import { type ActionDefinition, datatableOf } from '@deskhand/robin';
import { choice, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readChoice, readText } from '../declare/read-argument.ts';
import { dotnetRegex, REGEX_MATCHES_MAX } from '../regex/dotnet-regex.ts';
import { regexErrors, textErrors } from './errors.ts';

const modes = [
  'DateTime',
  'Dimension',
  'Temperature',
  'Currency',
  'NumberRange',
  'Number',
  'Ordinal',
  'Percentage',
  'PhoneNumber',
  'Email',
  'IpAddress',
  'Mention',
  'Hashtag',
  'Url',
  'Guid',
  'QuotedText',
];
const languages = [
  'English',
  'Chinese',
  'Spanish',
  'SpanishMexican',
  'Portuguese',
  'French',
  'German',
  'Italian',
  'Japanese',
  'Dutch',
  'Korean',
  'Swedish',
  'Turkish',
  'Hindi',
];

/** Entities that look the same in every language. */
const patterns: Readonly<Record<string, string>> = {
  Email: '[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+',
  Url: '(?i)\\b(?:https?|ftp)://[^\\s<>"\']*[^\\s<>"\'.,;:!?)]',
  IpAddress: '\\b(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\b',
  Mention: '(?<![\\w@])@\\w+',
  Hashtag: '(?<![\\w#])#\\w+',
  Guid: '(?i)\\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\\b',
  QuotedText: '"[^"]*"|“[^”]*”|«[^»]*»|„[^“]*“',
  PhoneNumber: '(?<![\\w.])\\+?\\(?\\d{1,4}\\)?(?:[ /.-]?\\(?\\d{2,4}\\)?){2,5}(?![\\w])',
  Number: '(?<![\\w.,])[+-]?\\d+(?:[.,]\\d+)*(?!\\w)',
  Percentage: '(?<![\\w.,])[+-]?\\d+(?:[.,]\\d+)?\\s?%',
};

export const recognizeEntities: ActionDefinition = {
  id: 'Text.RecognizeEntitiesInText',
  title: 'Recognize entities in text',
  summary:
    'Finds addresses, links, numbers and the like. Ours: by patterns that are the same in every language; dates, amounts of money, dimensions, temperatures, ordinals and ranges are not found here and say so.',
  linux: 'core',
  errors: [textErrors.EntityKindNotAvailableError, ...regexErrors],
  selectors: {
    '': {
      arguments: {
        Text: text(),
        Mode: choice('Text.RecognizerMode', modes),
        Language: choice('Text.RecognizerLanguage', languages),
      },
      outputs: { RecognizedEntities: output('datatable', 'RecognizedEntities') },
      run: (call) => {
        const mode = readChoice(call, 'Mode');
        const pattern = patterns[mode];
        if (pattern === undefined) {
          throw failure(
            textErrors.EntityKindNotAvailableError,
            `Entities of the kind ${mode} are not recognized here.`,
          );
        }
        const matches = dotnetRegex(pattern).matches(readText(call, 'Text'), 0, REGEX_MATCHES_MAX);
        const rows = matches.map((match) => [match.text, match.text]);
        return { outputs: { RecognizedEntities: datatableOf(['Value', 'Original text'], rows) } };
      },
    },
  },
};
