"""What the pages themselves say, in each language; the rest is in lessons and templates."""

LANGUAGES = ("en", "ko")

WORDS = {
    "en": {
        "title": "Deep learning, built by hand",
        "setup": "The first cell of every lesson makes things ready",
        "search": "Search",
        "old": "That is more than {days} days ago: newer versions may behave differently.",
        "mnist_sample": "Is it a 3 or a 7?",
        "mnist": "Which of the ten digits is it?",
        "cifar10": "Which of ten things is on this photograph?",
        "other": "한국어",
    },
    "ko": {
        "title": "직접 만들며 배우는 딥러닝",
        "setup": "모든 강의 첫 번째 셀은 준비만 합니다",
        "search": "검색",
        "old": "{days}일이 넘게 지났습니다. 더 새로운 버전에서는 다르게 동작할 수 있습니다.",
        "mnist_sample": "3일까요, 7일까요?",
        "mnist": "열 가지 숫자 가운데 무엇일까요?",
        "cifar10": "사진에 있는 것은 열 가지 가운데 무엇일까요?",
        "other": "English",
    },
}


def say(lang: str, key: str) -> str:
    """The words for a key; the key itself where there are none.

    Example:
        >>> say("ko", "search"), say("ko", "a_new_set")
        ('검색', 'a_new_set')
    """
    return WORDS[lang].get(key, key)
