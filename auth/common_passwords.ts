/**
 * Passwords of 8 characters or more that stand at the top of every published list of leaked ones, in
 * lower case. Whoever guesses begins with these, and the throttle lets a few guesses through.
 */
const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `00000000 0000000000 00112233 01012011 01020304 0123456789 098765432 0987654321 100200300 1020304050
  10203040 11111111 111111111 1111111111 11112222 11221122 11223344 1122334455 112233445566 1123581321
  12121212 1212121212 121212121212 12131415 123123123 123123123a 123123qwe 1231231234 12312312 123321123
  123321qwe 12341234 123412345 1234512345 12344321 123454321 1234554321 12345678 123456780 12345678a
  123456789 1234567890 12345678900 123456789a 123456789q 123456789z 1234567891 12345678910 123456987
  12345abc 12345qwe 12345qwert 123456aa 123456ab 123456abc 123456as 123456qw 123456qwe 1234567a 1234567q
  1234abcd 1234qwer 123654789 123698745 1236987450 123abc123 123qwe123 123qweasd 123qweasdzxc 13131313
  13579246 135792468 135798642 14141414 14725836 147258369 147852369 147896325 159357159 159753159
  159753456 1a2b3c4d 1g2w3e4r 1q1q1q1q 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qa2ws3ed 1qaz1qaz 1qaz2wsx
  1qaz2wsx3edc 1qazxsw2 20202020 22222222 222222222 23232323 232323232 25252525 31415926 33333333
  44444444 50505050 5555555555 55555555 66666666 69696969 741852963 77777777 777777777 7777777777
  78945612 789456123 78787878 87654321 88888888 888888888 8888888888 963852741 987456321 98765432
  987654321 9876543210 99999999 999999999 9999999999 a1234567 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5
  aa123456 aa12345678 aaaaaaaa aaaaaaaaa aaaa1111 abc12345 abc123456 abc123abc abcd1234 abcd12345
  abcde123 abcdefgh abcdefg1 abcdef123 access14 adgjmptw admin123 admin1234 admin12345 administrator
  adminadmin alexander alexandra anderson angel123 arsenal1 asas1212 asasasas asd12345 asd123456
  asdasd123 asdasdasd asdf1234 asdf12345 asdfasdf asdfghjk asdfghjkl asdfghjkl1 asdfjkl; asdqwe123
  azertyui azertyuiop babygirl babygirl1 bailey123 barcelona baseball baseball1 basketball batman123
  beautiful blink182 bluebird bonjour1 brooklyn bubbles1 butterfly california caroline changeme
  changeme1 charlie1 charlie123 charlotte chelsea1 chocolate chocolate1 christian christine christmas
  christopher chouchou cjkeuweb clarence cocacola computer computer1 cookie123 courtney cowboys1
  creative danielle december diamond1 dolphin1 dolphins doudou123 dragon123 dragonball drowssap
  dumbledore einstein elephant elizabeth emmanuel ewqdsacxz exigent1 facebook facebook1 falcon123
  fernando flowers1 football football1 football123 forever1 freedom1 freepass friends1 fuckyou1
  fuckyou123 fuckyou2 gabriela gateway1 george123 gfhjkm123 giovanni godzilla goldfish google123
  government guitar123 hallo123 hannah123 happy123 hardcore harrison hello123 hello1234 hellohello
  hellokitty helpme123 homer123 hottie123 hunter123 iloveyou iloveyou! iloveyou1 iloveyou12 iloveyou2
  iloveyou123 infinity internet internet1 isabella january1 jackson1 jennifer jennifer1 jessica1
  jesus123 jonathan jordan123 jordan23 juventus justin123 killer123 kimberly kingkong lakers24 ladybug1
  letmein1 letmein123 letmein12 liverpool liverpool1 logitech london123 loveless lovelove lovely123
  loveme123 loveyou1 lucky123 madison1 madonna1 manchester marie123 marina123 marlboro marseille
  maverick maxwell1 melissa1 mercedes mercedes1 metallica michael1 michelle michelle1 midnight mickey123
  mnbvcxz1 monkey12 monkey123 montreal motorola mountain mustang1 myspace1 naruto123 nastya123 nathalie
  newyork1 nicholas nicole123 nintendo november nothing1 november1 oliver123 orange123 p@ssw0rd p@ssword
  pa55word pa$$w0rd pa$$word pakistan parola123 passpass passw0rd passw0rd1 passw0rd123 password
  password! password. password0 password01 password1 password1! password11 password12 password123
  password123! password1234 password12345 password2 password21 password22 password23 password3 password4
  password5 password6 password7 password77 password8 password88 password9 password99 passwordpassword
  passwort passwort1 patricia peaches1 pelusa123 personal phoenix1 picture1 playboy1 playstation
  pokemon1 pokemon123 portugal prince123 princesa princess princess1 princess12 princess123 privet123
  q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qaz12345 qazqazqaz qazwsx12 qazwsx123 qazwsxedc qazwsxedcrfv qazxswed
  qq123456 qqqqqqqq qqww1122 qwe12345 qwe123456 qwe123qwe qweasd123 qweasdzx qweasdzxc qweewqqwe
  qweqwe123 qweqweqwe qwer1234 qwer12345 qwerqwer qwert123 qwert1234 qwert12345 qwertyqwerty qwerty01
  qwerty11 qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwerty321 qwerty777 qwertyu1 qwertyui
  qwertyuio qwertyuiop qwertyuiop1 qwertyuiop123 rainbow1 realmadrid rebecca1 redskins richard1 robert123
  rockstar rootroot rush2112 samantha samantha1 samsung1 samsung123 scarface scooter1 scorpion secret123
  security september serenity sebastian shadow123 simpsons skateboard slipknot snickers snowball
  soccer123 something southern spiderman spongebob spring2024 stargate starlight startrek starwars
  starwars1 steelers steelers1 stephanie sterling strawberry summer01 summer123 summer2023 summer2024
  sunflower sunshine sunshine1 sunshine12 superman superman1 superman123 superstar swordfish sweetheart
  target123 teacher1 technics temppass terminator test1234 test12345 test123456 test123test testpass
  testtest testuser thailand thebest1 theworld thomas123 thuglife thunder1 tinkerbell tottenham trinity1
  trustno1 trustno1! tunafish user1234 valentin valentina vanessa1 veronica victoria vkontakte volleyball
  warcraft welcome1 welcome12 welcome123 welcome1! welcome2 westside whatever whatever1 william1
  williams winter123 winter2023 winter2024 woaini123 worldoftanks wotblitz www12345 xxxxxxxx yamaha123
  yankees1 yourmom1 zaq12wsx zaq1zaq1 zaqwsxcde zaqxsw123 zinedine zx123456 zxc12345 zxcasdqwe123
  zxcasdqwe zxcv1234 zxcvbnm1 zxcvbnm123 zxcvbnm, zxczxczxc zzzzzzzz zyxwvuts tankblitz tanksblitz
  пароль123 парольпароль йцукенгш йцукенгшщз фывапрол любимая1`.split(/\s+/),
);

/** Whether the password is one that everybody tries first, in whatever case it is written. */
export function isCommonPassword(password: string): boolean {
  return COMMON_PASSWORDS.has(password.normalize("NFKC").toLowerCase());
}
