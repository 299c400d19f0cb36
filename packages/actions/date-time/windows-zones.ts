/** Windows' zones, as `DateTime.TimeZoneLocation` names them, and the IANA zone of each (CLDR's first territory). */
const zones =
  'DatelineStandardTime=Etc/GMT+12 UTC11=Etc/GMT+11 AleutianStandardTime=America/Adak HawaiianStandardTime=Pacific/Honolulu ' +
  'MarquesasStandardTime=Pacific/Marquesas AlaskanStandardTime=America/Anchorage UTC09=Etc/GMT+9 ' +
  'PacificStandardTimeMexico=America/Tijuana UTC08=Etc/GMT+8 PacificStandardTime=America/Los_Angeles ' +
  'USMountainStandardTime=America/Phoenix MountainStandardTimeMexico=America/Mazatlan MountainStandardTime=America/Denver ' +
  'YukonStandardTime=America/Whitehorse CentralAmericaStandardTime=America/Guatemala CentralStandardTime=America/Chicago ' +
  'EasterIslandStandardTime=Pacific/Easter CentralStandardTimeMexico=America/Mexico_City ' +
  'CanadaCentralStandardTime=America/Regina SAPacificStandardTime=America/Bogota EasternStandardTimeMexico=America/Cancun ' +
  'EasternStandardTime=America/New_York HaitiStandardTime=America/Port-au-Prince CubaStandardTime=America/Havana ' +
  'USEasternStandardTime=America/Indiana/Indianapolis TurksAndCaicosStandardTime=America/Grand_Turk ' +
  'ParaguayStandardTime=America/Asuncion AtlanticStandardTime=America/Halifax VenezuelaStandardTime=America/Caracas ' +
  'CentralBrazilianStandardTime=America/Cuiaba SAWesternStandardTime=America/La_Paz PacificSAStandardTime=America/Santiago ' +
  'NewfoundlandStandardTime=America/St_Johns TocantinsStandardTime=America/Araguaina ' +
  'ESouthAmericaStandardTime=America/Sao_Paulo SAEasternStandardTime=America/Cayenne ' +
  'ArgentinaStandardTime=America/Argentina/Buenos_Aires GreenlandStandardTime=America/Godthab ' +
  'MontevideoStandardTime=America/Montevideo MagallanesStandardTime=America/Punta_Arenas ' +
  'SaintPierreStandardTime=America/Miquelon BahiaStandardTime=America/Bahia UTC02=Etc/GMT+2 ' +
  'MidAtlanticStandardTime=Etc/GMT+2 AzoresStandardTime=Atlantic/Azores CapeVerdeStandardTime=Atlantic/Cape_Verde UTC=Etc/UTC ' +
  'GMTStandardTime=Europe/London GreenwichStandardTime=Atlantic/Reykjavik SaoTomeStandardTime=Africa/Sao_Tome ' +
  'MoroccoStandardTime=Africa/Casablanca WEuropeStandardTime=Europe/Berlin CentralEuropeStandardTime=Europe/Budapest ' +
  'RomanceStandardTime=Europe/Paris CentralEuropeanStandardTime=Europe/Warsaw WCentralAfricaStandardTime=Africa/Lagos ' +
  'GTBStandardTime=Europe/Bucharest MiddleEastStandardTime=Asia/Beirut EgyptStandardTime=Africa/Cairo ' +
  'EEuropeStandardTime=Europe/Chisinau SyriaStandardTime=Asia/Damascus WestBankStandardTime=Asia/Hebron ' +
  'SouthAfricaStandardTime=Africa/Johannesburg FLEStandardTime=Europe/Kiev IsraelStandardTime=Asia/Jerusalem ' +
  'SouthSudanStandardTime=Africa/Juba KaliningradStandardTime=Europe/Kaliningrad SudanStandardTime=Africa/Khartoum ' +
  'LibyaStandardTime=Africa/Tripoli NamibiaStandardTime=Africa/Windhoek JordanStandardTime=Asia/Amman ' +
  'ArabicStandardTime=Asia/Baghdad TurkeyStandardTime=Europe/Istanbul ArabStandardTime=Asia/Riyadh ' +
  'BelarusStandardTime=Europe/Minsk RussianStandardTime=Europe/Moscow EAfricaStandardTime=Africa/Nairobi ' +
  'VolgogradStandardTime=Europe/Volgograd IranStandardTime=Asia/Tehran ArabianStandardTime=Asia/Dubai ' +
  'AstrakhanStandardTime=Europe/Astrakhan AzerbaijanStandardTime=Asia/Baku RussiaTimeZone3=Europe/Samara ' +
  'MauritiusStandardTime=Indian/Mauritius SaratovStandardTime=Europe/Saratov GeorgianStandardTime=Asia/Tbilisi ' +
  'CaucasusStandardTime=Asia/Yerevan AfghanistanStandardTime=Asia/Kabul WestAsiaStandardTime=Asia/Tashkent ' +
  'EkaterinburgStandardTime=Asia/Yekaterinburg PakistanStandardTime=Asia/Karachi QyzylordaStandardTime=Asia/Qyzylorda ' +
  'IndiaStandardTime=Asia/Calcutta SriLankaStandardTime=Asia/Colombo NepalStandardTime=Asia/Katmandu ' +
  'BangladeshStandardTime=Asia/Dhaka CentralAsiaStandardTime=Asia/Bishkek OmskStandardTime=Asia/Omsk ' +
  'MyanmarStandardTime=Asia/Rangoon SEAsiaStandardTime=Asia/Bangkok AltaiStandardTime=Asia/Barnaul ' +
  'WMongoliaStandardTime=Asia/Hovd NorthAsiaStandardTime=Asia/Krasnoyarsk NCentralAsiaStandardTime=Asia/Novosibirsk ' +
  'TomskStandardTime=Asia/Tomsk ChinaStandardTime=Asia/Shanghai NorthAsiaEastStandardTime=Asia/Irkutsk ' +
  'SingaporeStandardTime=Asia/Singapore WAustraliaStandardTime=Australia/Perth TaipeiStandardTime=Asia/Taipei ' +
  'UlaanbaatarStandardTime=Asia/Ulaanbaatar AusCentralWStandardTime=Australia/Eucla TransbaikalStandardTime=Asia/Chita ' +
  'TokyoStandardTime=Asia/Tokyo NorthKoreaStandardTime=Asia/Pyongyang KoreaStandardTime=Asia/Seoul ' +
  'YakutskStandardTime=Asia/Yakutsk CenAustraliaStandardTime=Australia/Adelaide AUSCentralStandardTime=Australia/Darwin ' +
  'EAustraliaStandardTime=Australia/Brisbane AUSEasternStandardTime=Australia/Sydney ' +
  'WestPacificStandardTime=Pacific/Port_Moresby TasmaniaStandardTime=Australia/Hobart ' +
  'VladivostokStandardTime=Asia/Vladivostok LordHoweStandardTime=Australia/Lord_Howe ' +
  'BougainvilleStandardTime=Pacific/Bougainville RussiaTimeZone10=Asia/Srednekolymsk MagadanStandardTime=Asia/Magadan ' +
  'NorfolkStandardTime=Pacific/Norfolk SakhalinStandardTime=Asia/Sakhalin CentralPacificStandardTime=Pacific/Guadalcanal ' +
  'RussiaTimeZone11=Asia/Kamchatka NewZealandStandardTime=Pacific/Auckland UTC12=Etc/GMT-12 FijiStandardTime=Pacific/Fiji ' +
  'KamchatkaStandardTime=Asia/Kamchatka ChathamIslandsStandardTime=Pacific/Chatham UTC13=Etc/GMT-13 ' +
  'TongaStandardTime=Pacific/Tongatapu SamoaStandardTime=Pacific/Apia LineIslandsStandardTime=Pacific/Kiritimati';

export const windowsZones: ReadonlyMap<string, string> = new Map(
  zones.split(' ').map((pair) => {
    const [name = '', zone = ''] = pair.split('=');
    return [name, zone];
  }),
);

/** By the name that Windows shows (`W. Europe Standard Time`) or the one of the enum. */
export function zoneOfWindowsName(name: string): string | undefined {
  const wanted = name.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase();
  for (const [windows, zone] of windowsZones) if (windows.toLowerCase() === wanted) return zone;
  return undefined;
}
