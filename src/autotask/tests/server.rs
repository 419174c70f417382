//! A server of HTTP/1.1 that shows what it was asked and answers what it is told, whether or not that is HTTP.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

/// What a server does with one request.
pub enum Answer {
    /// Sends this and closes the connection.
    Bytes(Vec<u8>),
    /// Sends this and then one byte after the other, for ever.
    Drip(Vec<u8>),
    /// Says nothing and keeps the connection.
    Silence,
}

impl Answer {
    /// An answer with a status line, further header lines and a body.
    pub fn http(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let lines = [headers, &[""]].concat().join("\r\n");
        let head = format!(
            "HTTP/1.1 {status} Scripted\r\nConnection: close\r\nContent-Length: {}\r\n{lines}\r\n",
            body.len()
        );
        Self::Bytes([head.as_bytes(), body].concat())
    }

    /// An answer that holds JSON.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::http(status, &["Content-Type: application/json"], body.to_string())
    }
}

/// A server; it ends with the test.
pub struct Server {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _accepting: AbortOnDropHandle<()>,
}

impl Server {
    /// Answers the nth connection (from 0) with what `answer` says to its request.
    pub async fn start(answer: impl Fn(usize, &str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (seen, answer, tasks) = (Arc::clone(&asked), Arc::new(answer), TaskTracker::new());
        let accepting = tasks.spawn({
            let tasks = tasks.clone();
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tasks.spawn(serve(stream, Arc::clone(&seen), Arc::clone(&answer)));
                }
            }
        });
        Self { address, asked, _accepting: AbortOnDropHandle::new(accepting) }
    }

    /// A server to which nobody should come.
    pub async fn sink() -> Self {
        Self::start(|_, _| Answer::http(200, &[], "{}")).await
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests, head and body, in the order in which they arrived. A connection that asks nothing counts as one.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    asked: Arc<Mutex<Vec<String>>>,
    answer: Arc<impl Fn(usize, &str) -> Answer>,
) {
    let nth = {
        let mut asked = asked.lock().unwrap();
        asked.push(String::new());
        asked.len() - 1
    };
    let request = read_request(&mut stream).await;
    asked.lock().unwrap()[nth].clone_from(&request);
    match answer(nth, &request) {
        Answer::Bytes(bytes) => drop(stream.write_all(&bytes).await),
        Answer::Drip(bytes) => {
            let mut sent = stream.write_all(&bytes).await;
            while sent.is_ok() {
                tokio::task::yield_now().await;
                sent = stream.write_all(b" ").await;
            }
        }
        Answer::Silence => drop(stream.read(&mut [0]).await),
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= content_length(head)
        {
            return text;
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return text,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}

fn content_length(head: &str) -> usize {
    let length = head
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    length.unwrap_or(0)
}
