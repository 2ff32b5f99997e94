"""What newspapers print amid their texts in other languages, and sentences that begin alike."""

NO_TEXT = """\
The Port Courier is not responsible for the opinions, statements or media content presented by contributors.
All you have to do is click here if you're on mobile, select 'Join Community' and you're in!
We also treat our community members to special offers, promotions, and adverts from us.
(Quelle: ABC/def/ghi)
Titelbild: Jane Doe/ABC/picture-house
Ten tekst przeczytasz w mniej niż minutę
Головна / Новини / Місто
Головна/Новини/Місто
Tell us what you think! The Port Press offers you the chance to comment on articles. Look at our guidelines.
The Port Courier welcomes your comments on Talk.pt, a service of others. Please read our
Content created by The Courier's News Fund is available without charge to any eligible publisher of news.
Stay tuned!
The port opens in spring. Stay tuned for updates!
Stay tuned for further updates on the project.
Join our Discord to find a crew.
Published 12 May 2026
Updated 3 hours ago
Опубліковано 12.05.2026, 13:00
Обновлено 12 мая 2026
Lesen Sie auch: Was nun für den Hafen gilt
Lies auch: Was nun für den Hafen gilt
Siehe auch
Verwandte Themen
Mehr über den Hafen und seine Fähren:
À lire aussi :
À LIRE AUSSI. Le port vote la loi
Sur le même sujet
Articles liés
Te puede interesar: El puerto vuelve a abrir
LEA MÁS:
Leia também: O porto reabre
También te puede interesar:
Noticias relacionadas
Saiba mais
Leggi anche
Articoli correlati
Potrebbe interessarti anche
Lees ook: De haven gaat open
Læs også
Läs också: Hamnen öppnar
Lue myös:
Přečtěte si také
Czytaj też: Port znów otwarty
Polecamy: Port znów otwarty
Więcej na ten temat
Citește și: Portul se deschide
Olvassa el ezt is:
Kapcsolódó cikkek
Ayrıca okuyun:
Baca juga: Pelabuhan dibuka kembali
Xem thêm:
Διαβάστε επίσης: Το λιμάνι
Bestellen Sie hier unseren Newsletter.
Abonniere jetzt unseren Podcast
Jetzt den Newsletter abonnieren
Anmeldung zum Hafen-Kurier Newsletter
» zur Anmeldung
Mit unserem kostenlosen Newsletter erhalten Sie jeden Tag die Nachrichten aus dem Hafen.
Der Newsletter am Morgen: Hier anmelden
Folgen Sie uns auf Facebook
Hat dir dieser Artikel gefallen? Dann freuen wir uns, wenn du uns mit einem Beitrag hilfst!
Abonnez-vous à notre newsletter
Abonnez-vous
Suivez-nous sur Facebook
Suivez le Courrier sur WhatsApp
Recevez chaque matin nos alertes
Cet article est réservé aux abonnés
Déjà abonné ? Connectez-vous
Suscríbete a nuestro boletín
Inscreva-se no canal do Correio
Iscriviti alla newsletter
Abbonati
Síguenos en Twitter
Sigue a El Correo en Facebook
Receba as notícias do porto no WhatsApp
Este artículo es exclusivo para suscriptores
Zapisz się do naszego newslettera
Obserwuj nas
Sledujte nás na síti
Meld je nu aan voor onze nieuwsbrief
Volg ons
Tilmeld dig vores nyhedsbrev
Följ oss
Iratkozzon fel a napi hírlevelünkre
Kövess minket
Urmărește-ne
Ακολουθήστε το στο Google News και μάθετε πρώτοι τα νέα
Haberler için bizi takip edin
Nous utilisons les témoins de navigation (cookies) afin d'améliorer nos services.
Wir verwenden Cookies, um die Seite zu verbessern.
Vi ønsker en åben og livlig debat og opfordrer alle til at kommentere.
La suite après la publicité
Werbung
Publicidad
Advertisements
Artikel teilen
Partager sur Facebook
Comparte esta noticia
Udostępnij
Lire la suite
Ver más
Scroll to continue with content
Watch more of our videos on Clips!
The Port Courier is the city’s leading news website, with daily reports. Sign up to our newsletter here.
Don't miss the latest news from the harbour and beyond – Sign up to our daily newsletter here.
Know what happens. Get the day in five minutes. Sign up for the free Courier newsletter.
(Copyright (c) 2025 Port Television. All Rights Reserved.)
Want to join the conversation? Please or to comment on this article.
To leave our community click on the name at the top of your screen.
If you’re curious, you can read our Privacy Notice.
"""

TEXT = """\
Новий вузол отримає платежі/переможців/бюджети міста у середу
The port is not responsible for the storm, and the town is not responsible for the views from its hill.
Select 'Join community' if you ask me what the town needs.
Tell us what you think, the mayor asked the chance guests, and nobody answered.
The content created by the machine was available to all.
Published 192 updates of the index, one every two days
Опубліковано 192 оновлення покажчика, одне на два дні
Опубликовано 192 обновления указателя, одно в два дня
You can follow our progress here:
Download our settings and import them into the terminal.
The harbour will get two new cranes before the end of the year. Stay tuned!
Можливо, у порту скоро з'явиться крамниця з футболками міста, а можливо і ні. Слідкуйте за новинами!
Возможно, в порту скоро появится лавка с футболками города, а возможно и нет. Следите за новостями!
Подробности смотрите в документации по API. Библиотека загрузок уже перешла на новый указатель пристаней.
Слідкуйте за оновленнями! Як тільки завершимо обговорення з портом, почнемо виробництво десяти пристроїв.
Lesen Sie auch Bücher über den Hafen?
Mehr über den Hafen weiß der Kapitän.
Siehe auch der Kapitän, er lacht.
Der Newsletter des Hafens erreicht 40.000 Menschen in der Stadt.
Bestellen Sie im Hafen immer den Fisch des Tages.
Folgen Sie der Straße bis zum Hafen.
Die Anzeige wegen des Diebstahls ging am Montag ein.
Sie verwenden Cookies auch zum Backen, sagte der Bäcker.
Suivez la route jusqu'au port.
Inscrivez-vous sur les listes électorales avant vendredi.
Recevez nos condoléances, a écrit le maire.
La publicité pour le port a coûté un million.
Más información sobre el puerto llegará el lunes.
Sigue en prisión el capitán del barco.
Únete a la marcha, pidió el alcalde.
Inscríbete en la universidad antes del lunes.
Iscriviti all'università entro lunedì, dice il rettore.
La notizia è stata pubblicata ieri.
Zapisz się na szczepienie do piątku.
Reklama portu kosztowała milion.
Meld u bij de haven voor het schip.
Tilmeld dig kurset inden fredag.
Iratkozzon fel a tanfolyamra péntekig.
The Port Courier is the city’s leading newspaper and has 40 reporters.
Sign up to the navy and see the world, the poster said.
"""
