"""Words whose reading hangs on their neighbours, where the dictionary takes the rarer one.

The readings are those of Open JTalk's own dictionary. They are chosen before it joins words into
accent phrases, so that a reading with more moras gets its accent by the usual rules.
"""

import re

Context = tuple[str, str, str]
"""What the text before the word ends with, what the text behind it begins with (regular
expressions), and the reading: kana, as it sounds, accent/moras, rule of compounds. The first
context that fits decides; an empty reading keeps the dictionary's."""

_FOOD = "カレー|ラーメン|スープ|キムチ|ソース|料理|食べ物|唐辛子|わさび|味付け|味|麺|鍋|ルー|担々麺"
_HOT = rf"(?:{_FOOD})(?:は|が|も)(?:とても|すごく|かなり|少し|本当に|ちょっと|結構|あまり)?$"
_RAIN = "(?:雨|雪|みぞれ|あられ|ひょう|霰|雹|霜|灰)(?:が|は|も|の|さえ)?(?:また|急に|激しく|強く)?$"
_FLICK = "(?:球|玉|水|油|汗|爪|光|ボール)を$"
_STAGE = "(?:舞台|客席|ステージ|花道)の$"
_CONDUCT = "(?<![道坂先跡後上下通山路橋海空街町])を$"
_HORNED = "(?:鹿|牛|鬼|羊|山羊|ヤギ|犀|シカ|トナカイ|カブトムシ|龍|悪魔)の$"
_MASTER = (
    "(?:彼|彼女|先生|監督|社長|部長|教授|博士|師匠|上司|コーチ|リーダー|両親|親|父|母|祖父|祖母|夫婦"
    "|さん|氏|君|様)の$"
)
_WHOSE_FRONT = "(?:家|店|紙|布|葉|手|服|コイン|硬貨|カード|封筒|用紙|裏)[のとも]$"
_IN_FRONT = (
    "に(?:出|回|立|現|飛|行|い[たるま])|へ|で(?:遊|待|話|騒|音|子|人)|が(?:騒|賑)|は(?:雨|雪|寒|暑)"
    "|から(?:入|声)|[とやも]裏|側|向|の(?:顔|世界|門|戸|道|舞台|入|玄関|看板|面)|さん|氏"
)

_CONTEXTS: dict[tuple[str, str], tuple[Context, ...]] = {
    ("方", "ホー"): (
        # この方は is a person, この方が (いい) compares; あの方 and どの方 are always persons.
        ("[あど]の$", "", "カタ,カタ,1/2,F2@1"),
        ("[こそ]の$", "[はも]", "カタ,カタ,1/2,F2@1"),
    ),
    ("後", "ノチ"): (("の$", "", "アト,アト,0/2,F2@1"),),
    ("辛い", "ツライ"): (
        ("", rf"{_FOOD}|(?:もの|物)[がをはも、]", "カライ,カライ,2/3,*"),
        (_HOT, "", "カライ,カライ,2/3,*"),
    ),
    ("辛い", "カライ"): (("", "(?:もの|物)(?:だ|です|ね|よ|$)", "ツライ,ツライ,2/3,*"),),
    ("辛く", "ツラク"): ((_HOT, "", "カラク,カラク,2/3,*"),),
    ("辛かっ", "ツラカッ"): ((_HOT, "", "カラカッ,カラカッ,2/4,*"),),
    ("行っ", "イッ"): ((_CONDUCT, "(?!たり来)", "オコナッ,オコナッ,0/4,*"),),
    ("降り", "オリ"): ((_RAIN, "", "フリ,フリ,1/2,*"),),
    ("弾く", "ヒク"): ((_FLICK, "", "ハジク,ハジク,2/3,*"),),
    ("弾い", "ヒイ"): ((_FLICK, "", "ハジイ,ハジイ,2/3,*"),),
    ("表", "オモテ"): (
        ("", "計算", "ヒョウ,ヒョー,0/2,P2"),
        (_WHOSE_FRONT, "", ""),
        ("", f"{_IN_FRONT}|[一-鿿]", ""),
        ("", "", "ヒョウ,ヒョー,0/2,C4"),
    ),
    ("夜", "ヨル"): (("", "[がも]?明け|[がも]更け", "ヨ,ヨ,1/1,C3"),),
    ("何", "ナン"): (("", "曜日|色(?!も)", "ナニ,ナニ,1/2,C3"),),
    ("色", "ショク"): (("何$", "(?!も)", "イロ,イロ,2/2,C3"),),
    ("一歩", "ハジメ"): (("", "(?!さん|君|くん|ちゃん|選手)", "イッポ,イッポ,1/3,C1"),),
    ("八百", "ヤオ"): (("", "(?![屋長万])", "ハッピャク,ハッピャク,4/4,C3"),),
    ("三行", "ミユキ"): (("", "", "サンギョウ,サンギョー,1/4,C1"),),
    ("種", "タネ"): (("(?:この|その|あの|ある|同|各)$", "の", "シュ,シュ,1/1,C3"),),
    ("市場", "シジョー"): (
        ("(?:魚|野菜|果物)[^。]*$", "", "イチバ,イチバ,1/3,C1"),
        ("", "[でにへ][^。]*(?:魚|野菜|果物|買い物|仕入れ|新鮮)", "イチバ,イチバ,1/3,C1"),
    ),
    ("下手", "ヘタ"): (
        (_STAGE, "(?![なだで])", "シモテ,シモテ,0/3,C2"),
        ("", "(?:から|に|へ)(?:登場|退場)|袖", "シモテ,シモテ,0/3,C2"),
    ),
    ("上手", "ジョーズ"): (
        (_STAGE, "(?![なだで])", "カミテ,カミテ,0/3,C2"),
        ("", "(?:から|に|へ)(?:登場|退場)|袖", "カミテ,カミテ,0/3,C2"),
    ),
    ("下", "シタ"): ((_MASTER, "で|に(?:生|集|戻|通|帰|届)|を(?:離|去)|へ", "モト,モト,2/2,C3"),),
    ("人気", "ニンキ"): (
        ("", "のない(?:夜|道|路|場所|公園|山|森|廊下|部屋|校舎|浜|通り)", "ヒトケ,ヒトケ,0/3,C2"),
        ("(?:公園|夜道|路地|廊下|森|校舎)[には]*$", "[がは](?:な|無|絶)", "ヒトケ,ヒトケ,0/3,C2"),
    ),
    ("最中", "サイチュー"): (
        ("(?:^|[^のるただいぐむう])$", "を|や|とお茶", "モナカ,モナカ,1/3,C1"),
    ),
    ("床", "ユカ"): (("(?<![手足膝頭髪尻][がを])$", "に(?:つ[いくか]|就|伏)", "トコ,トコ,0/2,C3"),),
    ("角", "カド"): (
        (_HORNED, "", "ツノ,ツノ,2/2,C3"),
        ("", "[がを]生", "ツノ,ツノ,2/2,C3"),
    ),
    ("角", "カク"): ((_HORNED, "", "ツノ,ツノ,2/2,C3"),),
    ("額", "ガク"): (
        ("", "に(?:汗|手|しわ|皺|キス|傷|冷)|[のから]+(?:汗|しわ|皺|傷)", "ヒタイ,ヒタイ,0/3,C2"),
        ("", "を(?:寄|集|拭|ぬぐ|冷|押|こす|たた|突)", "ヒタイ,ヒタイ,0/3,C2"),
    ),
    ("気質", "キシツ"): (("(?:職人|昔|江戸っ子|書生|親方|商人)$", "", "カタギ,カタギ,0/3,C2"),),
    ("色紙", "イロガミ"): (
        ("", "に(?:名前|サイン|寄せ書き|書|メッセージ|言葉|一言|俳句)", "シキシ,シキシ,2/3,C1"),
    ),
    ("寒気", "サムケ"): (
        ("", "[がはも](?:流|南|入|居座|張|強ま|抜)|の影響|に[覆包]", "カンキ,カンキ,1/3,C2"),
        ("(?:強い|上空の)$", "", "カンキ,カンキ,1/3,C2"),
    ),
    ("目下", "モッカ"): (("", "の(?:者|人|相手|部下)|に対", "メシタ,メシタ,3/3,C1"),),
    ("心中", "シンジュー"): (
        ("", "[をは]?(?:お|ご)?(?:察|穏|複雑)", "シンチュウ,シンチュー,1/4,C1"),
    ),
    ("分別", "フンベツ"): (
        ("", "し[てたまなよ]|する|され|収集|回収|ゴミ|ごみ", "ブンベツ,ブンベツ,0/4,C2"),
        ("(?:ゴミ|ごみ|資源)[のを]?$", "", "ブンベツ,ブンベツ,0/4,C2"),
    ),
    ("梅雨", "ツユ"): (("", "前線", "バイウ,バイウ,1/3,C3"),),
    ("前", "マエ"): (("梅雨$", "線", "ゼン,ゼン,1/2,C1"),),
    ("間", "アイダ"): (
        ("", "が(?:悪|持た|もた|抜け)|を(?:置|おい|取|とっ|つな|持た)", "マ,マ,0/1,C2"),
    ),
    ("空", "ソラ"): (
        (
            "",
            "の(?:箱|瓶|缶|財布|コップ|グラス|容器|皿|袋|ボトル|ペット|弁当|バケツ|段ボール)",
            "カラ,カラ,2/2,C3",
        ),
        ("", "に(?:する|し[たてよ]|な[っりる])", "カラ,カラ,2/2,C3"),
        ("(?:箱|瓶|財布|冷蔵庫|コップ|グラス|中身|容器)[はが]$", "だ|で", "カラ,カラ,2/2,C3"),
    ),
    ("大勢", "オーゼー"): (("", "[はが](?:決|判明)|に影響", "タイセイ,タイセー,0/4,C2"),),
    ("生物", "セーブツ"): (("^$", "なので|ですので|につき", "ナマモノ,ナマモノ,1/4,C1"),),
    ("金", "カネ"): (
        (
            "",
            "の(?:指輪|ネックレス|延べ棒|メダル|斧|像|卵|時計|鎖|糸|冠|価格|相場)",
            "キン,キン,1/2,C3",
        ),
        ("銀[とや]$", "", "キン,キン,1/2,C3"),
    ),
}
_SURFACES = {surface for surface, _ in _CONTEXTS} | {"風"}

_LIKE_THIS = {"こんな", "そんな", "あんな", "どんな", "いう", "いった"}
_ALVEOLAR = tuple("タテトダデドナヌネノ")
_PART, _ORIGIN, _PRONOUNCED = 1, 7, 9
"""Fields of a word as MeCab describes it: part of speech, dictionary form, as it sounds."""
_N_BEFORE_READING = 8


def choose_readings(morphs: list[str]) -> list[str]:
    """Give homographs the reading that their neighbours ask for.

    Args:
        morphs: words as MeCab describes them, comma-separated fields of Open JTalk's dictionary.

    Returns:
        The same words, some with another reading.
    """
    surfaces = [morph.partition(",")[0] for morph in morphs]
    if _SURFACES.isdisjoint(surfaces):
        return morphs
    return [
        _choose(morphs, surfaces, index) if surface in _SURFACES else morphs[index]
        for index, surface in enumerate(surfaces)
    ]


def _choose(morphs: list[str], surfaces: list[str], index: int) -> str:
    """The word at `index` with the reading of its context."""
    fields = morphs[index].split(",")
    if len(fields) <= _PRONOUNCED:
        return morphs[index]
    reading = _by_rule(fields, morphs[index - 1 : index], morphs[index + 1 : index + 2])
    contexts = _CONTEXTS.get((surfaces[index], fields[_PRONOUNCED]), ())
    if contexts:
        before, behind = "".join(surfaces[:index]), "".join(surfaces[index + 1 :])
        for left, right, chosen in contexts:
            if re.search(left, before) and re.match(right, behind):
                reading = chosen
                break
    return ",".join([*fields[:_N_BEFORE_READING], reading]) if reading else morphs[index]


def _by_rule(fields: list[str], before: list[str], behind: list[str]) -> str:
    """The reading of 何 and 風, which hang on the kind or the sound of a neighbour."""
    match fields[0], fields[_PRONOUNCED]:
        case "何", "ナニ" if behind:
            # NHK's rule: ナン before t, d and n, except before に.
            follower = behind[0].split(",")[_PRONOUNCED:]  # an unknown word has no such field
            return "ナン,ナン,1/2,C3" if "".join(follower).startswith(_ALVEOLAR) else ""
        case "風", "カゼ" if before:
            previous = before[0].split(",")
            manner = previous[_ORIGIN] in _LIKE_THIS or previous[_PART] == "名詞"
            return "フウ,フー,0/2,C3" if manner else ""
    return ""
