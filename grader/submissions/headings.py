"""What the columns of a table of people are called, in the languages in which they come.

Platforms write the names of columns in the language of whoever exports them, and people make tables
of their own. A name is compared without case, accents, spaces and signs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

# The last name, where a table has it in a column of its own, and the first name.
LAST, FIRST = "last", "first"
# "ID" alone is Canvas' number of the user in Canvas' sheets, and in other tables any number.
ID = "id"
_NAMES: Mapping[str, str] = {
    "name": (
        "name names student studentname fullname displayname learner user "
        "lastnamefirstname namefirstname studentnamelastfirst "
        "vollstandigername vollername vornamenachname vornamename nachnamevorname namevorname "
        "teilnehmer teilnehmerin studierende studierender schuler "
        "nomcomplet nomprenom nometprenom prenomnom prenometnom etudiant etudiante "
        "nombrecompleto nombreyapellidos nombreyapellido nombreapellidos apellidosynombre "
        "apellidosynombres apellidosnombre apellidosnombres estudiante alumno alumna "
        "nomecompleto nomeecognome cognomenome cognomeenome studente aluno estudantes "
        "volledigenaam naam 姓名 氏名 学生姓名 이름 성명"
    ),
    FIRST: (
        "firstname firstnames first givenname givennames given forename forenames "
        "vorname vornamen rufname prenom prenoms nombre nombres voornaam imie fornavn fornamn"
    ),
    LAST: (
        "lastname lastnames last surname surnames familyname familynames family "
        "nachname nachnamen familienname zuname nom nomdefamille apellido apellidos "
        "cognome sobrenome apelido achternaam nazwisko efternavn efternamn etternavn"
    ),
    "email": (
        "email emails emailaddress mail mailaddress universityemail studentemail primaryemail "
        "emailadresse mailadresse emailadress adressemail adresseemail adressedemail "
        "adressedemessagerie adresseelectronique courriel adressecourriel adressedecourriel "
        "direccionemail direcciondeemail direcciondecorreo direcciondecorreoelectronico correo "
        "correoelectronico indirizzoemail indirizzodiposta enderecodeemail emailadres 邮箱"
    ),
    "login": (
        "login loginname loginid username siteusername sisloginid githubusername githublogin "
        "githubuser github githubaccount githubhandle githubid netid account accountname "
        "benutzername anmeldename nutzername benutzerkennung kennung unikennung "
        "identifiant nomdutilisateur nomutilisateur utilisateur usuario nombredeusuario "
        "nomedeusuario utilizador nomeutente gebruikersnaam 用户名"
    ),
    "sid": (
        "sid studentid studentids studentnumber studentnr studentno studentidnumber sisuserid "
        "sisid userid idnumber orgdefinedid universityid matriculationnumber matriculationno "
        "matriculation registrationnumber registrationno regno rollnumber rollno "
        "enrollmentnumber enrolmentnumber "
        "matrikelnummer matrikelnr matrikel matrnr martikelnummer immatrikulationsnummer "
        "studierendennummer personalnummer idnummer "
        "numeroetudiant numerodetudiant numetudiant noetudiant netudiant matricule "
        "numerodidentification codeetudiant codepermanent "
        "numerodeidentificacion numerodeid numerodeestudiante matricula numerodematricula "
        "numerodialumno numeromatricola numerodimatricola studentnummer studienummer 学号"
    ),
    "canvas": "canvasid canvasuserid",
    "moodle": (
        "identifier participant participantnumber teilnehmernummer identifikator identificador"
    ),
    ID: "id",
    "group": (
        "group groups groupname team teams teamname gruppe gruppen gruppenname groupe groupes "
        "nomdugroupe equipe grupo grupos nombredelgrupo equipo gruppo gruppi groep"
    ),
    "section": "section sections sektion seccion sezione secao",
    "time": (
        "submittedat submissiontime lastmodifiedsubmission zuletztgeandertabgabe "
        "dernieremodificationtravailremis dernieremodificationremise "
        "ultimamodificacionentrega"
    ),
    "status": "status statut estado",
    "grade": "grade bewertung note calificacion",
    "maximum": (
        "maximumgrade bestwertung bestbewertung maximalebewertung notemaximale calificacionmaxima "
        "puntuacionmaxima"
    ),
    "feedback": (
        "feedbackcomments feedbackalskommentar feedbackparcommentaires feedbackparcommentaire "
        "commentairesdefeedback comentariosderetroalimentacion"
    ),
}
# What else stands in such tables, each a kind of its own, by which the row of names is known.
_OTHERS = (
    "grades role roles gradecanbechanged points due "
    "days lastmodifiedgrade course program department phone notes "
    "gruppenmodus rolle rollen studiengang fachsemester semester "
    "remarque rol"
)
_KINDS = {heading: heading for heading in _OTHERS.split()}
_KINDS |= {heading: kind for kind, names in _NAMES.items() for heading in names.split()}


@lru_cache(1000)
def kind_of(heading: str) -> str:
    """What a column of this name holds, such as "email" or "sid"; empty if that is not known.

    Behind the known name there may be an explanation: "Name; as registered", "E-mail (private)".
    """
    whole = _KINDS.get(_letters(heading), "")
    return whole or _KINDS.get(_letters(re.split(r"[;:(\[/]", heading.strip(), maxsplit=1)[0]), "")


def known(row: Iterable[str]) -> int:
    """How many different kinds of columns are named in this row of a table."""
    return len({kind for cell in row if len(cell) < 80 and (kind := kind_of(cell))})


def _letters(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in text if char.isalnum())
