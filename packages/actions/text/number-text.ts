import { parseNumber } from '@deskhand/robin';

/** A number as the culture prints it; halves are rounded away from zero, as .NET does. */
export const formatNumber = (value: number, decimals: number, grouped: boolean, culture: string): string =>
  new Intl.NumberFormat(culture, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    useGrouping: grouped,
    roundingMode: 'halfExpand',
  }).format(decimalOf(value));

/** 2.675 is stored a little below and would round down: the digits people see decide. */
const decimalOf = (value: number): number => Number(value.toPrecision(15));

/** Ours: the culture's own separators, and the plain spelling `1234.5` where the culture leaves no doubt about it. */
export function parseNumberIn(text: string, culture: string): number | undefined {
  const parts = new Intl.NumberFormat(culture).formatToParts(-12345.5);
  const decimal = parts.find(({ type }) => type === 'decimal')?.value ?? '.';
  if (decimal === '.') return parseNumber(text);
  const group = parts.find(({ type }) => type === 'group')?.value ?? '';
  const trimmed = text.trim().replaceAll(/[\u00a0\u202f]/g, ' ');
  const groups = group === '' ? '' : group.replaceAll(/[\u00a0\u202f]/g, ' ');
  const grouped = groups !== '' && isGrouped(trimmed, groups, decimal);
  const plain = grouped ? trimmed.replaceAll(groups, '') : trimmed;
  if (plain.includes('.') && plain.includes(decimal)) return undefined;
  return parseNumber(plain.replace(decimal, '.'));
}

const isGrouped = (text: string, group: string, decimal: string): boolean => {
  const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return new RegExp(`^[+-]?\\d{1,3}(?:${escaped(group)}\\d{3})+(?:${escaped(decimal)}\\d*)?$`).test(text);
};

const EXACT_DECIMALS_MAX = 15;

/** Rounded half away from zero, by the digits that people see. */
export function roundNumber(value: number, decimals: number): number {
  const places = Math.min(Math.max(Math.trunc(decimals), 0), EXACT_DECIMALS_MAX);
  const [digits = '0', exponent = '0'] = Math.abs(decimalOf(value)).toString().split('e');
  const shifted = Math.round(Number(`${digits}e${Number(exponent) + places}`));
  const [shiftedDigits = '0', shiftedExponent = '0'] = shifted.toString().split('e');
  return Math.sign(value) * Number(`${shiftedDigits}e${Number(shiftedExponent) - places}`);
}
