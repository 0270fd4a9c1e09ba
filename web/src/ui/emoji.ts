// The emoji of the picker: each with what it is called and found by, in English | in German. The first word or words name it.

const table = `
smileys
😀 grinning face, happy, smile|grinsend, froh, lächeln
😃 happy face, smile, joy|fröhlich, lachen
😄 laughing eyes, happy, smile|lachende Augen, froh
😁 beaming, grin, teeth|strahlend, grinsen, Zähne
😆 laughing hard, haha|kräftig lachen, haha
😅 relieved laugh, sweat, phew|erleichtert lachen, Schweiß, puh
🤣 rolling with laughter, rofl|am Boden vor Lachen
😂 tears of joy, lol, laugh|Freudentränen, lachen
🙂 slight smile|leichtes Lächeln
🙃 upside down, irony|kopfüber, Ironie
😉 wink|zwinkern
😊 smiling, blush, pleased|lächelnd, erfreut
😇 angel, innocent, halo|Engel, unschuldig
🥰 in love, hearts, adore|verliebt, Herzen
😍 heart eyes, love|Herzaugen, Liebe
🤩 star eyes, wow, excited|Sternenaugen, wow, begeistert
😘 kiss, love|Kuss, Liebe
😋 yummy, tasty, tongue|lecker, Zunge
😜 tongue out, joke, crazy|Zunge raus, Scherz
🤪 zany, crazy, silly|verrückt, albern
🤗 hug|Umarmung, drücken
🤭 giggle, oops|kichern, hoppla
🤫 quiet, hush, secret|leise, pst, geheim
🤔 thinking, hmm|nachdenklich, hm
🤨 raised eyebrow, doubt|Augenbraue, Zweifel
😐 neutral face, meh|neutral, naja
😑 expressionless|ausdruckslos
😶 speechless, no mouth|sprachlos, ohne Mund
😏 smirk|selbstgefällig
😒 unamused, annoyed|unbeeindruckt, genervt
🙄 eye roll|Augen rollen
😬 grimace, awkward|Grimasse, peinlich
😌 relieved, calm|erleichtert, ruhig
😔 pensive, sad|bedrückt, traurig
😪 sleepy|schläfrig
😴 sleeping, zzz, tired|schlafend, müde
😷 mask, ill|Maske, krank
🤒 fever, ill, sick|Fieber, krank
🤕 hurt, bandage|verletzt, Verband
🤢 nauseous, sick|übel, schlecht
🥵 hot, heat|heiß, Hitze
🥶 cold, freezing|kalt, frieren
😵 dizzy|schwindlig
🤯 mind blown, wow|Kopf explodiert, wow
🤠 cowboy|Cowboy
🥳 party, celebrate, birthday|Party, feiern, Geburtstag
😎 cool, sunglasses|cool, Sonnenbrille
🤓 nerd, glasses|Streber, Brille
😕 confused|verwirrt
😟 worried|besorgt
🙁 frown, sad|unzufrieden, traurig
😮 surprised, wow, oh|überrascht, oh
😲 astonished|erstaunt
😳 flushed, embarrassed|errötet, verlegen
🥺 pleading, please|flehend, bitte
😢 crying, sad, tear|weinen, traurig, Träne
😭 sobbing, cry, sad|heulen, weinen
😱 scream, fear|Schrei, Angst
😞 disappointed|enttäuscht
😓 sweat, hard work|Schweiß, mühsam
😩 weary, tired|erschöpft, müde
🥱 yawn, bored|gähnen, langweilig
😤 huff, proud|schnauben, stolz
😡 angry, rage|wütend, Zorn
🤬 swearing, curse|fluchen
😈 devil smile|Teufel, lächelnd
💀 skull, dead|Schädel, tot
💩 poo|Haufen
🤡 clown|Clown
👻 ghost|Gespenst
👽 alien|Außerirdischer
🤖 robot, bot|Roboter
people
👍 thumbs up, yes, like, good, ok|Daumen hoch, ja, gut
👎 thumbs down, no, bad|Daumen runter, nein, schlecht
👌 ok hand, perfect|okay, perfekt
✌️ victory, peace|Sieg, Frieden
🤞 crossed fingers, luck|Daumen drücken, Glück
🤟 love you|hab dich lieb
🤘 rock on, horns|Rock, Hörner
👈 point left|nach links
👉 point right|nach rechts
👆 point up|nach oben
👇 point down|nach unten
👋 wave, hello, bye|winken, hallo, tschüss
✋ stop, hand, high five|stopp, Hand
🖖 vulcan, spock|vulkanisch, Spock
👏 clap, applause, bravo|klatschen, Applaus, bravo
🙌 raised hands, hooray|Hände hoch, hurra
🫶 heart hands|Herz mit Händen
🤝 handshake, deal, agreed|Handschlag, abgemacht
🙏 thanks, please, pray|danke, bitte, beten
✍️ writing|schreiben
💪 strong, muscle|stark, Muskel
👀 eyes, look, see|Augen, schauen
🧠 brain, clever|Gehirn, klug
🗣️ speaking|sprechen
🤷 shrug, dunno|Schulterzucken, keine Ahnung
🤦 facepalm|Hand vors Gesicht
🙋 raise hand, question, me|melden, Frage, ich
🙇 bow, sorry|verbeugen, Entschuldigung
🏃 run, hurry|laufen, eilig
💃 dance|tanzen
🧑‍💻 developer, computer, work|entwickeln, Computer, Arbeit
👷 builder, construction|Bau, Arbeiter
🕵️ detective, search|Detektiv, suchen
🧙 wizard, magic|Zauberer, Magie
🦸 hero|Held
👶 baby|Baby
👪 family|Familie
hearts
❤️ red heart, love|rotes Herz, Liebe
🧡 orange heart|oranges Herz
💛 yellow heart|gelbes Herz
💚 green heart|grünes Herz
💙 blue heart|blaues Herz
💜 purple heart|lila Herz
🖤 black heart|schwarzes Herz
🤍 white heart|weißes Herz
💔 broken heart|gebrochenes Herz
💕 two hearts|zwei Herzen
💯 hundred, perfect, full|hundert, perfekt
💥 boom, bang|Knall, bumm
💫 dizzy star|Stern, schwindlig
💦 splash, sweat|Spritzer, Tropfen
💤 zzz, sleep|schlafen
💬 speech bubble, comment|Sprechblase, Kommentar
💭 thought bubble|Gedankenblase
nature
🐶 dog|Hund
🐱 cat|Katze
🐭 mouse|Maus
🐰 rabbit|Hase
🦊 fox|Fuchs
🐻 bear|Bär
🐼 panda|Panda
🐨 koala|Koala
🦁 lion|Löwe
🐮 cow|Kuh
🐷 pig|Schwein
🐸 frog|Frosch
🐵 monkey|Affe
🙈 see no evil, monkey|nichts sehen, Affe
🙉 hear no evil|nichts hören
🙊 speak no evil|nichts sagen
🐔 chicken|Huhn
🐧 penguin, linux|Pinguin
🐦 bird|Vogel
🐦‍⬛ black bird, rook, crow|schwarzer Vogel, Krähe
🦉 owl, night|Eule, Nacht
🦄 unicorn|Einhorn
🐝 bee|Biene
🐛 bug, caterpillar|Käfer, Raupe, Fehler
🦋 butterfly|Schmetterling
🐢 turtle, slow|Schildkröte, langsam
🐍 snake, python|Schlange
🐙 octopus|Krake
🐟 fish|Fisch
🐳 whale, docker|Wal
🌵 cactus|Kaktus
🌲 tree, forest|Baum, Wald
🌱 seedling, grow|Keimling, wachsen
🍀 clover, luck|Kleeblatt, Glück
🌸 blossom, spring|Blüte, Frühling
🌹 rose|Rose
🌻 sunflower|Sonnenblume
💐 bouquet, flowers|Blumenstrauß
🌍 earth, world|Erde, Welt
🌙 moon, night|Mond, Nacht
⭐ star|Stern
✨ sparkles, shiny, new|Funkeln, glänzend, neu
⚡ lightning, fast|Blitz, schnell
🔥 fire, hot, lit|Feuer, heiß
🌈 rainbow|Regenbogen
☀️ sun, sunny|Sonne, sonnig
⛅ partly cloudy|leicht bewölkt
🌧️ rain|Regen
❄️ snow, cold, winter|Schnee, kalt, Winter
⛄ snowman|Schneemann
🌊 wave, sea|Welle, Meer
food
☕ coffee, tea, break|Kaffee, Tee, Pause
🍵 tea|Tee
🍺 beer|Bier
🍻 cheers, beers|Prost, Bier
🥂 toast, champagne|anstoßen, Sekt
🍷 wine|Wein
🍹 cocktail|Cocktail
🍾 bottle, celebrate|Flasche, feiern
🍎 apple|Apfel
🍌 banana|Banane
🍓 strawberry|Erdbeere
🍋 lemon|Zitrone
🍉 melon|Melone
🥑 avocado|Avocado
🥕 carrot|Karotte
🍅 tomato|Tomate
🍞 bread|Brot
🥐 croissant|Croissant
🥨 pretzel|Brezel
🧀 cheese|Käse
🍳 egg, breakfast|Ei, Frühstück
🥗 salad|Salat
🍕 pizza|Pizza
🍔 burger|Burger
🍟 fries|Pommes
🌮 taco|Taco
🍜 noodles, soup|Nudeln, Suppe
🍣 sushi|Sushi
🍦 ice cream|Eis
🍰 cake|Kuchen
🎂 birthday cake|Geburtstagstorte
🍫 chocolate|Schokolade
🍪 cookie|Keks
🍿 popcorn|Popcorn
activities
🎉 party popper, tada, congratulations|Konfetti, Glückwunsch
🎊 confetti ball|Konfettiball
🎈 balloon|Luftballon
🎁 present, gift|Geschenk
🎄 christmas tree|Weihnachtsbaum
🎃 pumpkin, halloween|Kürbis
🏆 trophy, win|Pokal, gewinnen
🥇 gold medal, first|Goldmedaille, Erster
🥈 silver medal, second|Silbermedaille, Zweiter
🥉 bronze medal, third|Bronzemedaille, Dritter
⚽ football, soccer|Fußball
🏀 basketball|Basketball
🎾 tennis|Tennis
🏐 volleyball|Volleyball
🏓 table tennis|Tischtennis
🎯 bullseye, target|Zielscheibe, Treffer
🎮 video game, play|Videospiel, spielen
🎲 dice, game|Würfel, Spiel
🧩 puzzle|Puzzle
🎵 music, note|Musik, Note
🎸 guitar|Gitarre
🎤 microphone, sing|Mikrofon, singen
🎧 headphones|Kopfhörer
🎬 film, movie|Film
🎨 art, paint|Kunst, malen
🚣 rowing, boat|rudern, Boot
🏊 swimming|schwimmen
🚴 cycling, bike|Rad fahren
🏔️ mountain|Berg
🏖️ beach, holiday|Strand, Urlaub
⛺ tent, camping|Zelt, Camping
places
🚗 car|Auto
🚌 bus|Bus
🚆 train|Zug
🚲 bicycle, bike|Fahrrad
✈️ plane, flight, travel|Flugzeug, Reise
🚀 rocket, launch, ship|Rakete, Start
🛸 ufo|Ufo
⛵ sailing boat|Segelboot
🚢 ship|Schiff
🏠 home, house|Zuhause, Haus
🏢 office, work|Büro, Arbeit
🏥 hospital|Krankenhaus
🏫 school|Schule
🏰 castle, rook|Burg, Turm
🗺️ map|Karte
🧭 compass|Kompass
🚧 construction, wip|Baustelle
🚦 traffic light|Ampel
objects
💡 idea, bulb, light|Idee, Birne, Licht
🔔 bell, notification|Glocke
🔕 muted bell|stumme Glocke
📣 megaphone, announce|Megafon, Ankündigung
📱 phone, mobile|Handy, Telefon
💻 laptop, computer|Laptop, Computer
🖥️ screen, desktop|Bildschirm
⌨️ keyboard|Tastatur
🖨️ printer|Drucker
💾 disk, save|Diskette, speichern
📷 camera, photo|Kamera, Foto
🔍 magnifier, search|Lupe, suchen
🔑 key|Schlüssel
🔒 locked|gesperrt, Schloss
🔓 unlocked|offen
🔨 hammer, build|Hammer, bauen
🔧 wrench, fix|Schraubenschlüssel, reparieren
🛠️ tools|Werkzeug
⚙️ gear, settings|Zahnrad, Einstellungen
🧪 test, experiment|Test, Versuch
🧹 broom, clean|Besen, aufräumen
🗑️ bin, trash|Papierkorb
📦 package, box|Paket
📧 e-mail|E-Mail
✉️ letter|Brief
📝 note, memo, write|Notiz, schreiben
📎 paperclip|Büroklammer
📌 pin, pushpin|Stecknadel, anheften
📅 calendar, date|Kalender, Termin
📈 chart up, growth|Kurve aufwärts, Wachstum
📉 chart down|Kurve abwärts
📊 bar chart|Diagramm
📚 books, read|Bücher, lesen
💰 money|Geld
💎 gem, diamond|Edelstein, Diamant
⏰ alarm clock|Wecker
⏳ hourglass, wait|Sanduhr, warten
🎓 graduation|Abschluss
👑 crown|Krone
🕶️ dark glasses|Sonnenbrille
☂️ umbrella|Regenschirm
🩹 plaster, patch|Pflaster
💊 pill|Pille
🧯 fire extinguisher|Feuerlöscher
symbols
✅ done, check, yes|erledigt, Haken, ja
☑️ checked|angehakt
✔️ check mark|Haken
❌ cross, no, wrong|Kreuz, nein, falsch
❎ cross button|Kreuz
❓ question|Frage
❗ exclamation, important|Ausrufezeichen, wichtig
⚠️ warning|Warnung, Achtung
⛔ no entry|Zutritt verboten
🚫 forbidden|verboten
🆗 ok|okay
🆕 new|neu
🔝 top|oben
🔜 soon|bald
♻️ recycle, refactor|Recycling
➕ plus|plus
➖ minus|minus
➡️ arrow right|Pfeil rechts
⬅️ arrow left|Pfeil links
⬆️ arrow up|Pfeil hoch
⬇️ arrow down|Pfeil runter
🔄 again, refresh|erneut, neu laden
⏸️ pause|Pause
▶️ play|abspielen
🔴 red circle|roter Kreis
🟡 yellow circle|gelber Kreis
🟢 green circle|grüner Kreis
🔵 blue circle|blauer Kreis
⚪ white circle|weißer Kreis
⚫ black circle|schwarzer Kreis
🏁 finish flag|Zielflagge
🏳️‍🌈 rainbow flag, pride|Regenbogenfahne
🏴‍☠️ pirate flag|Piratenflagge
`;

export const kGroups = [
  'smileys',
  'people',
  'hearts',
  'nature',
  'food',
  'activities',
  'places',
  'objects',
  'symbols',
] as const;
export type EmojiGroup = (typeof kGroups)[number];

export interface Emoji {
  symbol: string;
  group: EmojiGroup;
  names: { en: string; de: string };
  /** Everything that it is found by, folded. */
  words: string;
}

const fold = (text: string) => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');

export const kEmoji: readonly Emoji[] = read();

function read(): Emoji[] {
  const found: Emoji[] = [];
  let group: EmojiGroup = 'smileys';
  for (const line of table.trim().split('\n')) {
    const gap = line.indexOf(' ');
    if (gap < 0) {
      group = line as EmojiGroup;
      continue;
    }
    const [english = '', german = ''] = line.slice(gap + 1).split('|');
    const first = (words: string) => words.split(',')[0]!;
    found.push({
      symbol: line.slice(0, gap),
      group,
      names: { en: first(english), de: first(german) },
      words: fold(`${english}, ${german}`),
    });
  }
  return found;
}

/** Those with a word that begins with the query, in either language; the ones called so first. */
export function findEmoji(query: string): Emoji[] {
  const wanted = fold(query.trim());
  const rank = ({ words, names, symbol }: Emoji): number => {
    if (symbol === query.trim()) return 0;
    if (fold(names.en).startsWith(wanted) || fold(names.de).startsWith(wanted)) return 1;
    if (words.split(/[ ,]+/).some((word) => word.startsWith(wanted))) return 2;
    return words.includes(wanted) ? 3 : 4;
  };
  const ranked = kEmoji.map((one) => [rank(one), one] as const).filter(([at]) => at < 4);
  return ranked.sort(([a], [b]) => a - b).map(([, one]) => one);
}
